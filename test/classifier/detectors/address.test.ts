import { expect, test } from 'vitest'
import { classifyText, found } from '../texts.ts'

const addresses = (text: string) => found(text, 'address').map((line) => line.slice(9))

test.each([
  [
    'American',
    'Ship it to 742 Evergreen Terrace, Springfield, OR 97403 please',
    '742 Evergreen Terrace, Springfield, OR 97403',
  ],
  ['with a flat', 'at 12 North Main St., Apt 4B', '12 North Main St., Apt 4B'],
  ['of a numbered street', 'on 208 West 23rd Street', '208 West 23rd Street'],
  ['British', 'lives at 221B Baker Street, London NW1 6XE', '221B Baker Street, London NW1 6XE'],
  ['in small letters', 'i moved to 14 elm street last week', '14 elm street'],
  ['German', 'Wohnhaft: Hauptstraße 12a, 10115 Berlin', 'Hauptstraße 12a, 10115 Berlin'],
  ['German in two words', 'am Potsdamer Platz 5', 'Potsdamer Platz 5'],
  ['French', 'habite 12 bis, rue de la Paix, 75002 Paris', '12 bis, rue de la Paix, 75002 Paris'],
  ['Spanish', 'vive en Calle de Alcalá 45, 28014 Madrid', 'Calle de Alcalá 45, 28014 Madrid'],
  ['Spanish without a number', 'Domicilio: Avda. Carlos Haya, s/n', 'Avda. Carlos Haya, s/n'],
  ['Italian', 'Via Roma 12, 00184 Roma', 'Via Roma 12, 00184 Roma'],
  ['Dutch', 'Keizersgracht 123', 'Keizersgracht 123'],
  ['Swedish', 'Storgatan 12', 'Storgatan 12'],
  ['Polish', 'ul. Marszałkowska 12', 'ul. Marszałkowska 12'],
  ['Portuguese', 'Rua Augusta, 100', 'Rua Augusta, 100'],
  ['Chinese', '住在北京市朝阳区建国路88号', '住在北京市朝阳区建国路88号'],
  ['Japanese', '東京都千代田区丸の内1-9-1', '東京都千代田区丸の内1-9-1'],
  ['Korean', '서울시 강남구 테헤란로 123', '강남구 테헤란로 123'],
  ['Arabic', 'شارع الملك فهد 12', 'شارع الملك فهد 12'],
  ['a box', 'P.O. Box 1234', 'P.O. Box 1234'],
  ['of soldiers', 'PSC 4457, Box 7534 APO AP 95145', 'APO AP 95145'],
  ['town and state', 'in Springfield, IL 62704', 'Springfield, IL 62704'],
  ['of a postcode', 'my zip code is 90210', '90210'],
])('an address, %s', (_name, text, expected) => {
  expect(addresses(text)).toEqual([expected])
})

test.each([
  ['a year', 'During 2021, Main Street banks grew'],
  ['a test', 'the test suite 12 failed'],
  ['a street without a house', 'Wall Street fell by 3 percent'],
  ['a lane of a road', 'a 4 lane road and a 2 way street'],
  ['a path', '/var/www/12 Main'],
  ['a federal road', 'auf der Bundesstraße 43'],
  ['an interface', 'dhcp via eth0 took 12 ms'],
  ['points', 'moved to backlog, estimate 7 points'],
  ['a rank', 'in Irland Platz 1'],
  ['a brigade', 'Brigade 12 moved'],
  ['a module', '# os.symlink on Windows prior to 6'],
  ['an IP address', 'address 10.1.2.3'],
])('no address: %s', (_name, text) => {
  expect(addresses(text)).toEqual([])
})

test('an address ends before the label of what comes next', () => {
  expect(
    found('Calle Mayor, 261, 28046 Madrid Teléfono: 917 27 00 83', 'address', 'phone'),
  ).toEqual(['address: Calle Mayor, 261, 28046 Madrid', 'phone: 917 27 00 83'])
})

test('an address is confidential', () => {
  const { label } = classifyText('lives at 221B Baker Street')
  expect(label).toMatchObject({ level: 'confidential', categories: ['pii'] })
})
