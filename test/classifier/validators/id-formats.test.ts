import { expect, test } from 'vitest'
import { ID_FORMATS } from '../../../src/classifier/validators/id-formats.ts'

const formatOf = (name: string) => {
  const format = ID_FORMATS.find((candidate) => candidate.name === name)
  if (format === undefined) throw new Error(`no format ${name}`)
  return format
}
const isValid = (name: string, code: string): boolean => {
  const { pattern, check, lengths } = formatOf(name)
  return lengths.includes(code.length) && pattern.test(code) && check?.(code) !== false
}

/** A number that is right, and how it is made wrong: most are the specimens of the offices that give them. */
const SPECIMENS: readonly (readonly [string, string, string])[] = [
  ['ar.cuit', '20123456786', '20123456785'],
  ['at.svnr', '1237010180', '1238010180'],
  ['at.tin', '591199013', '591199012'],
  ['au.medicare', '2123456701', '2123456711'],
  ['au.tfn', '123456782', '123456789'],
  ['ba.jmbg', '0101006500006', '0101006500007'],
  ['be.nn', '85073003328', '85073003329'],
  ['bg.egn', '7523169263', '7523169264'],
  ['br.cpf', '11144477735', '11144477734'],
  ['br.cpf', '39053344705', '11111111111'],
  ['ca.sin', '130692544', '130692545'],
  ['ch.ahv', '7569217076985', '7569217076986'],
  ['cl.rut', '123456785', '123456784'],
  ['cn.ric', '11010519491231002X', '110105194912310021'],
  ['cn.ric', '11010519491231002X', '11010519491331002X'],
  ['co.nit', '2131234321', '2131234322'],
  ['cz.rc', '7103192745', '7103192746'],
  ['de.idnr', '86095742719', '86095742718'],
  ['de.kvnr', 'A123456780', 'A123456781'],
  ['de.svnr', '15070649C103', '15070649C104'],
  ['dk.cpr', '2110625629', '2110625628'],
  ['do.cedula', '00113918205', '00113918204'],
  ['ec.ci', '1710034065', '1710034066'],
  ['ee.ik', '37605030299', '37605030298'],
  ['es.dni', '12345678Z', '12345678A'],
  ['es.nie', 'X1234567L', 'X1234567M'],
  ['fi.hetu', '131052308T', '131052308U'],
  ['fr.nir', '255081416802538', '255081416802539'],
  ['gb.nhs', '9434765919', '9434765918'],
  ['gb.nino', 'AB123456C', 'BG123456C'],
  ['gb.utr', '1955839661', '2955839661'],
  ['gr.afm', '094259216', '094259217'],
  ['gr.amka', '01013099997', '32013099997'],
  ['gt.cui', '1587564440904', '1587564450904'],
  ['hk.hkid', 'A1234563', 'A1234564'],
  ['hr.oib', '69435151530', '69435151531'],
  ['hu.adoazonosito', '8071592153', '8071592154'],
  ['hu.taj', '111111110', '111111111'],
  ['ie.pps', '1234567FA', '1234567GA'],
  ['il.id', '123456782', '123456789'],
  ['in.aadhaar', '234123412346', '234123412347'],
  ['ir.nid', '0499370899', '0499370898'],
  ['is.kennitala', '1201743399', '1201743389'],
  ['it.codicefiscale', 'RSSMRA85T10A562S', 'RSSMRA85T10A562T'],
  ['jp.mynumber', '123456789018', '123456789019'],
  ['kr.rrn', '9001011234568', '9001011234567'],
  ['lt.asmens', '33309240064', '33309240065'],
  ['lv.pk', '16117519997', '16117519998'],
  ['mu.nid', 'M090497290349B', 'M090497290348B'],
  ['mx.curp', 'BOXW310820HNERXN09', 'BOXW310820HNERXN08'],
  ['nl.bsn', '111222333', '111252333'],
  ['no.fnr', '29029600013', '29029600014'],
  ['nz.ird', '49091850', '49091851'],
  ['pe.cui', '101174102', '101174103'],
  ['pl.nip', '5260001246', '5260001247'],
  ['pl.pesel', '44051401359', '44051401358'],
  ['pl.dowod', 'ABA300000', 'ABA300001'],
  ['pt.nif', '123456789', '123456788'],
  ['ro.cnp', '1800101221144', '1800101221145'],
  ['rs.jmbg', '0101006500006', '0101006500008'],
  ['ru.inn', '500100732259', '500100732258'],
  ['ru.snils', '11223344595', '11223344596'],
  ['sa.nid', '1012345672', '1012345673'],
  ['se.personnummer', '8112289874', '8112289873'],
  ['sg.nric', 'S1234567D', 'S1234567E'],
  ['sv.nit', '06140507071048', '06140507071040'],
  ['th.id', '3100600445635', '3100600445634'],
  ['tr.tckn', '10000000146', '10000000147'],
  ['tw.natid', 'A123456789', 'A123456788'],
  ['ua.rntrc', '1759013776', '1759013777'],
  ['us.itin', '912701234', '912691234'],
  ['us.npi', '1234567893', '1234567890'],
  ['us.mbi', '1EG4TE5MK73', '1SG4TE5MK73'],
  ['uy.ci', '12345672', '12345673'],
  ['ve.rif', 'V114702834', 'V114702833'],
  ['za.id', '8001015009087', '8001015009086'],
  ['us.routing', '021000021', '021000022'],
  ['mx.clabe', '032180000118359719', '032180000118359718'],
  ['fr.rib', '20041010050500013M02606', '20041010050500013M02607'],
  ['es.ccc', '21000418450200051332', '21000418440200051332'],
  ['pl.nrb', '61109010140000071219812874', '61109010140000071219812875'],
  ['pt.nib', '000201231234567890154', '000201231234567890155'],
  ['no.konto', '86011117947', '86011117946'],
  ['gb.licence', 'MORGA753116SM9IJ', 'MORGA793116SM9IJ'],
  ['de.passport', 'C01X00T41', 'C01X00T42'],
  ['xx.vin', '1HGBH41JXMN109186', '1HGBH41J0MN109186'],
  ['xx.imei', '490154203237518', '490154203237517'],
]

test.each(SPECIMENS)('%s: %s is one, %s is none', (name, right, wrong) => {
  expect(isValid(name, right)).toBe(true)
  expect(isValid(name, wrong)).toBe(false)
})

test('numbers of persons are checked for at least forty countries', () => {
  const checked = ID_FORMATS.filter(({ rule, check }) => rule === 'national-id' && check)
  expect(new Set(checked.map(({ country }) => country)).size).toBeGreaterThanOrEqual(40)
})

const isUnbounded = (source: string): boolean =>
  /[*+]|\{\d+,\}/.test(source.replaceAll(/\\.|\[[^\]]*\]/g, 'x'))

test('no format looks without a bound', () => {
  const unbounded = ID_FORMATS.filter(
    ({ pattern, layout }) => isUnbounded(pattern.source) || isUnbounded(layout?.source ?? ''),
  )
  expect(unbounded.map(({ name }) => name)).toEqual([])
})

test('a name of a format stands once', () => {
  const names = ID_FORMATS.map(({ name }) => name)
  expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([])
})
