/** Domains that are reserved for examples (RFC 2606, RFC 6761). */
const EXAMPLE = /(?:^|\.)(?:example\.(?:com|net|org|edu)|example|test|invalid)$/i
/** Local parts that stand for any. */
const ANYBODY =
  /^(?:test|foo|bar|baz|qux|users?|username|someone|somebody|anyone|nobody|name|e?mail|example|sample|dummy|fake|demo|abc|xyz|your|my|me|you|admin|root)(?:[._-]?(?:test|user|users?name|e?mail|name|address|account|here|company|[a-z]|\d{1,4})){0,3}$/i
/** What nobody is called, at whatever domain. */
const NO_NAME =
  /^(?:test[._-]?(?:user|account|e?mail)?\d{0,3}|foo|bar|foobar|baz|dummy|example|sample|someone|somebody|your[._-]?(?:name|e?mail|address)|user[._-]?name)@/i
/** Machines, and lists that anybody may read. */
const ROBOT =
  /^(?:no-?reply|do-?not-?reply|mailer-daemon|github-actions|dependabot)\b|@(?:[\w-]+\.){0,3}(?:gserviceaccount\.com|noreply\.github\.com|noreply\.gitlab\.com|googlegroups\.com|vger\.kernel\.org)$|@lists?\.|@(?:[\w-]+\.){1,3}lists\.|^bug-[\w-]+@gnu\.org$/i
/** `jane@host:path/`, as programs name a file elsewhere. */
const REMOTE_PATH = /^:[\w~][\w.-]{0,63}\//
/** `https://jane@host/`: a name at a host, no address for mail. */
const IN_URL = /(?<!mailto):\/\/[^\s/@"'<>]{0,64}$/i

/** The address from `start` to `end` is of no person, whatever it stands in. */
export function isNobodys(text: string, start: number, end: number): boolean {
  const address = text.slice(start, end)
  if (ROBOT.test(address) || NO_NAME.test(address)) return true
  const [local = '', domain = ''] = address.split('@')
  return (
    (EXAMPLE.test(domain) && ANYBODY.test(local)) ||
    REMOTE_PATH.test(text.slice(end, end + 66)) ||
    IN_URL.test(text.slice(Math.max(0, start - 80), start))
  )
}

/** In code and its documents: nor are addresses at a domain for examples, and such as anybody might have. */
export function isExample(text: string, start: number, end: number): boolean {
  const [local = '', domain = ''] = text.slice(start, end).split('@')
  return (
    EXAMPLE.test(domain) ||
    ANYBODY.test(local) ||
    ROLE.test(local) ||
    SHORT.test(`${local}@${domain}`)
  )
}

/** `a@b.cc`, `x.y@e.co`. */
const SHORT = /^(?:[a-z'.]{1,2}@|[^@]{1,64}@[a-z]\.)/i
/** Offices, not people. */
const ROLE =
  /^(?:info|support|help|contact|security|abuse|webmaster|postmaster|hostmaster|admins?|sales|hello|team|dev|bugs|ops|service)(?:[-.]\w{1,16})?$/i

/** Numbers that card networks and processors publish for tests (docs.stripe.com/testing, developer.paypal.com, docs.adyen.com). */
const TEST_CARDS = new Set(
  `4111111111111111 4242424242424242 4012888888881881 4000056655665556 4007000000027 4012000077777777 4222222222222 5555555555554444
  5105105105105100 5200828282828210 2223003122003222 2223000048400011 378282246310005 371449635398431 378734493671000
  6011111111111117 6011000990139424 6011981111111113 3056930009020004 30569309025904 38520000023237 3566002020360505
  3530111333300000 2200000000000004 6200000000000005 4000000000000002 4000000000000077 4000002500003155 5454545454545454 4917610000000000`.split(
    /\s+/,
  ),
)
export const isTestCard = (text: string, start: number, end: number): boolean =>
  TEST_CARDS.has(text.slice(start, end).replaceAll(/\D/g, ''))

/** No number at all but digits in one piece, or one of those that nobody is given: 555-0100 to 555-0199 (NANPA), 555-1212. */
export const isDialExample = (written: string): boolean =>
  /^\d+$/.test(written) || /555\D?(?:01\d\d|1212)$/.test(written)

/** Examples of the registry and of encyclopedias, which tests copy (SWIFT, IBAN registry; ISO 13616). */
const IBAN_EXAMPLES = new Set(
  `AD1200012030200359100100 AE070331234567890123456 AT611904300234573201 BE68539007547034 BG80BNBG96611020345678 BR1800360305000010009795493C1
  CH9300762011623852957 CY17002001280000001200527600 CZ6508000000192000145399 DE89370400440532013000 DK5000400440116243 EE382200221020145685
  ES9121000418450200051332 FI2112345600000785 FR1420041010050500013M02606 GB29NWBK60161331926819 GB82WEST12345698765432
  GI75NWBK000000007099453 GR1601101250000000012300695 HR1210010051863000160 HU42117730161111101800000000 IE29AIBK93115212345678
  IL620108000000099999999 IS140159260076545510730339 IT60X0542811101000000123456 KW81CBKU0000000000001234560101 LB62099900000001001901229114
  LI21088100002324013AA LT121000011101001000 LU280019400644750000 LV80BANK0000435195001 MC5811222000010123456789030 MT84MALT011000012345MTLCAST001S
  NL91ABNA0417164300 NO9386011117947 PL61109010140000071219812874 PT50000201231234567890154 RO49AAAA1B31007593840000 RS35260005601001611379
  SA0380000000608010167519 SE4550000000058398257466 SI56263300012039086 SK3112000000198742637541 TR330006100519786457841326`.split(
    /\s+/,
  ),
)
export const isIbanExample = (written: string): boolean =>
  IBAN_EXAMPLES.has(written.replaceAll(/[^A-Za-z0-9]/g, '').toUpperCase())
