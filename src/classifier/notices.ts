/** How far before an address the words stand that say whose it is. */
const WITHIN = 200
/** The address and as much behind it. */
const BEHIND_MAX = 340
/** The same, for what begins a list of them. */
const FAR_WITHIN = 2_000
/** As much of a text as is looked at for what makes it a package or a change. */
const SAMPLE_MAX = 4_000

/** Who holds or wrote what stands here, said to everybody who gets the file. */
const COPYRIGHT =
  /copyright ?(?:\(c\)|©)|(?:copyright(?:text:)?|\(c\)|©),? {0,2}(?:19|20)\d\d|\bCopyright [^\n<]{1,60}<$/i
/** `Signed-off-by: Jane Doe <`, as the messages of changes end. */
const TRAILER =
  /(?:^|\n)[ \t>]{0,8}(?:signed-off|co-authored|acked|reviewed|tested|reported|suggested|helped)-by: [^\n<]{0,80}<$/i
/** `commit 1f2e3d…`, its merge, and `Author: Jane Doe <`. */
const CHANGE =
  /(?:^|\n)commit [0-9a-f]{7,40}\b[^\n]{0,80}\n[^]{0,80}\b(?:Author|Commit): [^\n<]{0,80}<$/
/** `Written by Jane Doe <`, `Author(s): …`, `=head1 AUTHOR`, a mailing list. */
const AUTHOR =
  /(?:\b(?:written|cloned|contributed|maintained|authored|created|developed|ported|code|enhanced|extended|modified|port|rewritten|idea|fixed|fixes|patch|debianized|packaged|together|over|updated|adapted|reported|maintainers were)\s(?:[a-z]{1,12}\s){0,3}by:? |\b@?(?:authors?|maintainers?|contributors?|contact|credits|bug reports?|bugs|mailing[- ]list)(?:\(s\)|_e?mail)?\b|\b(?:reports?|send|posting|mail|patches|problems|comments|questions|suggestions|feedback|bugs) (?:[a-z]{1,12} ){0,4}to:?\s|\bsent to(?: the)?\s|\breached (?:by e?-?mail )?at\s)/i
/** `"author": "Jane Doe <`, `"contributors": [{ … }, { "email": "`, in a package's own description. */
const PACKAGE_AUTHOR =
  /(?:"(?:author|maintainers?|contributors?|_npmUser|bugs)"|(?:^|\n)(?:authors?|maintainers?)) ?[:=]/i

const PACKAGE =
  /(?:"(?:version|license|dependencies|devDependencies|scripts|repository|main)" ?:|(?:^|\n)(?:version|license|description) ?[=:])/
/** `License: MIT`, and how the texts of licences go: what stands beside them is a notice, not a letter. */
const LICENCE =
  /\bSPDX-License|\bLicen[cs]e: ?(?:A?GPL|LGPL|MIT|BSD|Apache|Artistic|MPL|public|Expat)|\bUpstream-(?:Name|Contact)|\bGNU (?:Lesser )?General Public|\bPermission is hereby granted|\b(?:MIT|Apache|BSD|ISC) License\b|\bdebianized by\b|\bcopyright-format\/1/
/** Behind the address of an author: `> (https://…` of a package, `", "license"`, the copyright that follows. */
const BEHIND =
  /^\S{1,254}?(?:> \(https?:\/\/|>?",?\s{1,8}"(?:license|repository|homepage|bugs|dependencies|contributors)"|[>)]?[\s.,*#]{0,12}(?:(?:\(c\) ?)?Copyri|Permission [it]|All rights r))/i
/** ` -- Jane Doe <`, as entries of a change log end. */
const CHANGE_LOG = /\n -- [^\n<]{1,80}<$/
/** Where bugs are reported to. */
const BUGS = /\b(?:bug ?reports?|report bugs|bugs|patches)\b[^\n]{0,40}\bto:?\s{1,3}<?$/i
/** The tag of an author, in the documents of a language. */
const TAG = /(?:@author|:author:|\\author)\s{1,8}[^\n<(]{0,60}[<(]?$/
/** Who edits a feed. */
const FEED = /<(?:managingEditor|webMaster|author)>[^<]{0,60}$/
/** Python's `__author__ = "Jane Doe <`. */
const DUNDER = /\b__(?:author|maintainer|email|credits|copyright|contact)\w*__ ?[=:]/
/** `https://lists.example/jane@…`: an archive's page. */
const IN_PATH = /https?:\/\/[^\s"'?]{1,80}\/$/
/** The line is a comment, or of a document beside code. */
const COMMENT = /^[ \t]{0,24}(?:#|\/[/*]|\*|--|;|%|dnl\b|"{3}|'{3}|<!--|\.\\"|=item|=head)/i
/** The heading that stands last before it, in Perl's documents. */
const HEADING =
  /^=head\d (?:[A-Z]+ ){0,3}(?:AUTHOR|MAINTAINER|CONTRIBUTOR|COPYRIGHT|BUGS|SUPPORT|CREDITS|ACKNOWLEDG)/

/**
 * The address from `start` on is that of an author, in a notice that goes out with code to everybody who reads it: a
 * copyright line, the author of a package or of a change. Asked only of what is code or stands beside it.
 */
export function isInNotice(text: string, start: number, isCode: () => boolean): boolean {
  const before = text.slice(Math.max(0, start - WITHIN), start)
  if (COPYRIGHT.test(before) || TRAILER.test(before) || CHANGE.test(before)) return true
  if (
    BUGS.test(before) ||
    TAG.test(before) ||
    CHANGE_LOG.test(before) ||
    FEED.test(before) ||
    isInPublicKey(text, start)
  )
    return true
  if (BEHIND.test(text.slice(start, start + BEHIND_MAX))) return true
  const wide = text.slice(Math.max(0, start - FAR_WITHIN), start)
  const list = wide.slice(wide.lastIndexOf(']') + 1)
  if (PACKAGE_AUTHOR.test(list) && PACKAGE.test(text.slice(0, SAMPLE_MAX))) return true
  if (HEADING.test(wide.slice(Math.max(0, wide.lastIndexOf('\n=head') + 1)))) return true
  if (isInBlockComment(text, start)) return true
  const isComment = COMMENT.test(before.slice(before.lastIndexOf('\n') + 1))
  if (isComment || IN_PATH.test(before)) {
    return AUTHOR.test(before) || isCode()
  }
  if (AUTHOR.test(before) && LICENCE.test(text.slice(0, FAR_WITHIN * 4))) return true
  if (DUNDER.test(wide.slice(wide.lastIndexOf('\n\n') + 1))) return true
  return AUTHOR.test(wide.slice(wide.lastIndexOf('\n\n') + 1)) && isCode()
}

/** Between `/*` and the end of it, of which one may lie outside of what was sent. */
export function isInBlockComment(text: string, start: number): boolean {
  const behind = text.slice(start, start + FAR_WITHIN)
  const end = behind.indexOf('*/')
  if (end >= 0) {
    const begin = behind.indexOf('/*')
    if (begin < 0 || begin > end) return true
  }
  const wide = text.slice(Math.max(0, start - FAR_WITHIN), start)
  return wide.lastIndexOf('/*') > wide.lastIndexOf('*/') && /\n[ \t]{1,8}\*[ \t][^\n]*$/.test(wide)
}

const PUBLIC_KEY =
  /-----(?:BEGIN|END) (?:TRUSTED |X509 )?(?:CERTIFICATE|PGP PUBLIC KEY BLOCK|PUBLIC KEY)-----/

/** Inside a certificate or a public key: they are made to be shown. */
function isInPublicKey(text: string, start: number): boolean {
  const begin = text.lastIndexOf('-----BEGIN ', start)
  const end = text.indexOf('-----END ', start)
  const mark = begin >= 0 && text.lastIndexOf('-----END ', start) < begin ? begin : end
  return mark >= 0 && PUBLIC_KEY.test(text.slice(mark, mark + 60))
}

/** The postal address of a foundation that published the licence, or of the holder of a certificate. */
export const isPublished = (text: string, start: number): boolean =>
  /\bFoundation,?[\s#*]{1,6}Inc\b/.test(text.slice(Math.max(0, start - 100), start)) ||
  isInPublicKey(text, start) ||
  /\bLICEN[CS]E AGREEMENT\b|\bFree Software Foundation\b/.test(
    text.slice(Math.max(0, start - FAR_WITHIN), start),
  )

const YEARS = /^\(?(?:19|20)\d\d ?[-\u2013] ?(?:19|20)\d\d$|\((?:19[5-9]|20[0-2])\d\)/

/** Years and pages, as copyrights and citations give them: `(C) 1986-1993`, `152 (1980), pp. 1391-1417`; the standard of POSIX. */
export const isCitation = (text: string, start: number, end: number): boolean =>
  YEARS.test(text.slice(Math.max(0, start - 1), end + 1).trim()) ||
  /^1003\.\d/.test(text.slice(start, end)) ||
  /\bpp?\. ?$/.test(text.slice(Math.max(0, start - 5), start))

/** A section of a standard: `[23.2.3.1]`, `§ 6.3.1.8`, `// 23.3.4.5 modifiers`. */
const SECTION = /(?:\[|\u00a7 ?|\/\/ )$/

/** `linux-2.6.16.60`, a section, and the loopback network backwards as the name service has it. */
export const isVersion = (text: string, start: number, end: number): boolean =>
  /(?<!\b(?:ip|host|server|node|addr|client|peer|from|to))(?<=[a-z])-v?$/i.test(
    text.slice(Math.max(0, start - 16), start),
  ) ||
  (SECTION.test(text.slice(Math.max(0, start - 3), start)) &&
    /^(?:[0-5]?\d\.){3}[0-5]?\d$/.test(text.slice(start, end))) ||
  /\.(?:10|127)\.in-addr\.arpa/.test(text.slice(start, end + 14))

/** What people write for any address. */
export const isAnyAddress = (text: string, start: number, end: number): boolean =>
  /^(?:1\.2\.3\.4|4\.3\.2\.1|1\.1\.1\.1|2\.2\.2\.2)$/.test(text.slice(start, end))

/** Four short numbers and no word of the network beside them: a version, or a section of a standard. */
export function isNumbering(text: string, start: number, end: number): boolean {
  if (!/^(?:[0-5]?\d|6[0-3])(?:\.(?:[0-5]?\d|6[0-3])){3}$/.test(text.slice(start, end)))
    return false
  const around = `${text.slice(Math.max(0, start - 60), start)} ${text.slice(end, end + 12)}`
  return !/\b(?:ip|ips|ipv4|addr(?:ess)?|hosts?|server|peer|dns|gateway|ping|client|proxy|https?|listen|connect\w*|remote|from)\b|_(?:ip|addr|host)|:\/\/| :\d{2,5}\b/i.test(
    around,
  )
}
