import { expect, test } from 'vitest'
import { classifyText, found } from '../texts.ts'

test.each([
  ['plain', 'write to jane.doe@acme.com.', ['email: jane.doe@acme.com']],
  ['in brackets', 'Jane <jane+news@mail.acme.co.uk>', ['email: jane+news@mail.acme.co.uk']],
  ['in a link', '[me](mailto:jane@acme.io)', ['email: jane@acme.io']],
  ['with umlauts', 'an jürgen@müller.de bitte', ['email: jürgen@müller.de']],
  ['two', 'a@b.co,c@d.org', ['email: a@b.co', 'email: c@d.org']],
  ['after a colon', 'mail:jane@acme.com', ['email: jane@acme.com']],
  ['a file', 'load icon@2x.png', []],
  ['a handle', 'ask @jane or @acme.corp', []],
  ['a host without domain', 'root@localhost', []],
  ['a clone address', 'git@github.com:acme/app.git', []],
  ['a unit of systemd', 'user@1000.service started', []],
  ['numbers', 'x@1.2.3', []],
  ['nothing in front', '@acme.com', []],
  ['a package', 'npm i react@18.2.0', []],
  ['a decorator', '@app.route("/x")', []],
])('an e-mail address %s', (_name, text, expected) => {
  expect(found(text, 'email')).toEqual(expected)
})

test.each([
  ['international', 'call +49 30 1234567', ['phone: +49 30 1234567']],
  ['international with (0)', '+49 (0)30 123 45 67', ['phone: +49 (0)30 123 45 67']],
  ['international in one piece', 'is +4915112345678 yours?', ['phone: +4915112345678']],
  ['North American', '(415) 555-2671', ['phone: (415) 555-2671']],
  ['North American with hyphens', 'ring 415-555-2671 now', ['phone: 415-555-2671']],
  ['with an extension', 'tel 415-555-2671x42', ['phone: 415-555-2671']],
  ['in one piece after a word', 'phone: 4155552671', ['phone: 4155552671']],
  ['behind a name of a field', '{"customerPhone":"4155552671"}', ['phone: 4155552671']],
  ['French', 'Appelez le 06 12 34 56 78', ['phone: 06 12 34 56 78']],
  ['German', 'Tel. 030 / 1234567', ['phone: 030 / 1234567'.replace(' / ', ' / ')]],
  ['British', 'reach me on 020 7946 0958', ['phone: 020 7946 0958']],
  ['with a word behind', '9761 9808 (office)', ['phone: 9761 9808']],
  ['a bare number', 'total 4155552671', []],
  ['after a word that only ends like one', 'x 123phone 4155552671', []],
  ['a date', 'call on 2024-05-12 or 12.05.2024', []],
  ['a UUID', '550e8400-e29b-41d4-a716-446655440000', []],
  ['an order', 'order 123-456-7890123', []],
  ['a licence', "my driver's license number is 950735093", []],
  ['a cell of a radio network', 'sinr=13 cell 33354880 pci 261', []],
  ['a version', '10.15.7 and 2.31.0', []],
  ['coordinates', '52.520008, 13.404954', []],
  ['a sum', '1200+3400+5600', []],
  ['an unassigned country', '+999 1234 5678', []],
  ['a flaw', 'overflow the call stack (CVE-2026-9358)', []],
  ['a decimal', 'a number between 0.000001 and 10', []],
  ['two dates', 'call 1.3.10 / 16.12.2021', []],
  ['an area code from 1', '115-555-2671', []],
])('a phone number %s', (_name, text, expected) => {
  expect(found(text, 'phone')).toEqual(expected)
})

test.each([
  ['in fours', 'card 4111 1111 1111 1111 exp 12/29', ['card: 4111 1111 1111 1111']],
  ['with hyphens', '5555-5555-5555-4444', ['card: 5555-5555-5555-4444']],
  ['in one piece', 'x=4111111111111111;', ['card: 4111111111111111']],
  ['American Express', '3782 822463 10005', ['card: 3782 822463 10005']],
  ['of 13 digits beside a word', 'visa 4222222222222', ['card: 4222222222222']],
  ['followed by its date and code', '4111 1111 1111 1111 12/29 123', ['card: 4111 1111 1111 1111']],
  [
    'side by side with others',
    '4012888888881881 4012-8888-8888-1881',
    ['card: 4012888888881881', 'card: 4012-8888-8888-1881'],
  ],
  ['in a longer row', '4111 1111 1111 1111 4444', []],
  ['with a wrong check digit', '4111 1111 1111 1112', []],
  ['of no issuer', 'card 9111 1111 1111 1110', []],
  ['of 13 digits alone', '4222222222222', []],
  ['inside a longer number', '994111111111111111100000', []],
  ['inside a hash', 'a4111111111111111f', []],
  ['in an account number', 'RS35 2600 0560 1001 6113 79', []],
  ['oddly parted', '41111 1111 1111 111', []],
])('a card number %s', (_name, text, expected) => {
  expect(found(text, 'card')).toEqual(expected)
})

test.each([
  ['in fours', 'IBAN DE89 3704 0044 0532 0130 00.', ['iban: DE89 3704 0044 0532 0130 00']],
  ['in one piece', 'GB82WEST12345698765432', ['iban: GB82WEST12345698765432']],
  ['in small letters', 'de89370400440532013000', ['iban: de89370400440532013000']],
  ['with a wrong check digit', 'DE88 3704 0044 0532 0130 00', []],
  ['of no country', 'ZZ89 3704 0044 0532 0130 00', []],
  ['too short', 'DE89 3704 0044 0532 0130', []],
  ['glued to more', 'DE89370400440532013000X', []],
  ['in mixed letters', 'LV80 bANK 0000 4351 9500 1', []],
])('an IBAN %s', (_name, text, expected) => {
  expect(found(text, 'iban')).toEqual(expected)
})

test.each([
  ['with hyphens', 'she is 536-22-1234', ['us_ssn: 536-22-1234']],
  ['in one piece after a word', 'SSN: 536221234', ['us_ssn: 536221234']],
  ['with spaces after a word', 'social security number 536 22 1234', ['us_ssn: 536 22 1234']],
  ['in one piece alone', '536221234', []],
  ['with spaces alone', '536 22 1234', []],
  ['of an area that is never issued', '666-22-1234', []],
  ['that an advertisement printed', '078-05-1120', []],
  ['in a longer number', '1-536-22-1234', []],
  ['a date', '2024-05-1234', []],
])('a social security number %s', (_name, text, expected) => {
  expect(found(text, 'us_ssn')).toEqual(expected)
})

test.each([
  ['IPv4', 'from 84.12.33.9:443', ['ip: 84.12.33.9'], 'confidential'],
  ['IPv6', '[2a00:1450:4001:82b::200e]:443', ['ip: 2a00:1450:4001:82b::200e'], 'confidential'],
  [
    'IPv6 with a port',
    'client /2a00:1450:1:52f:a2c:1e:70:39:41497',
    ['ip: 2a00:1450:1:52f:a2c:1e:70:39'],
    'confidential',
  ],
  ['private', 'host 10.2.3.4', ['ip: 10.2.3.4'], 'public'],
  ['loopback', '127.0.0.1 and ::1', ['ip: 127.0.0.1', 'ip: ::1'], 'public'],
  ['of documentation', '192.0.2.7 2001:db8::7', ['ip: 192.0.2.7', 'ip: 2001:db8::7'], 'public'],
  ['a version', 'version 1.2.3.4', [], 'public'],
  ['too large a part', '300.168.1.1', [], 'public'],
  ['five parts', '1.2.3.4.5', [], 'public'],
  ['an operator', 'std::vector<a::b>', [], 'public'],
  ['a time', 'at 12:30:45', [], 'public'],
  ['a MAC address', '00:1a:2b:3c:4d:5e', [], 'confidential'],
])('an address on the network: %s', (_name, text, expected, level) => {
  expect(found(text, 'ip')).toEqual(expected)
  expect(classifyText(text).label.level).toBe(level)
})

test.each([
  ['an IBAN', 'FR14 2004 1010 0505 0001 3M02 606', ['FR']],
  ['a phone number', '+34 912 345 678', ['ES']],
  ['a national e-mail address', 'jan@acme.nl and bob@acme.co.uk', ['GB', 'NL']],
  ['an SSN', '536-22-1234', ['US']],
  ['nothing national', 'bob@acme.com', []],
])('the jurisdictions of %s', (_name, text, expected) => {
  expect(classifyText(text).label.jurisdictions).toEqual(expected)
})
