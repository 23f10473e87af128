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
