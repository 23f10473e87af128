/** Alphabets of token bodies. */
const WORD = 'A-Za-z0-9'
const BASE64URL = 'A-Za-z0-9_-'
const HEX = '0-9a-f'
const UPPER = 'A-Z0-9'

/** A credential that its first characters give away. */
export type SecretFormat = {
  readonly prefix: string
  /** Tried right after the prefix: the least that must follow, so that a miss costs little. */
  readonly body: RegExp
  /** What belongs to it beyond that. */
  readonly rest: RegExp | undefined
}

/** Longest token: a PyPI token with many caveats is under 1,000 characters, a Google one under 2,048. */
const REST_MAX = 4_000

/** A token of exactly `length` characters, or of at least so many. */
const format = (
  prefix: string,
  alphabet: string,
  length: number,
  open?: 'or-more',
): SecretFormat => ({
  prefix,
  body: new RegExp(`[${alphabet}]{${length}}${open === undefined ? '(?![A-Za-z0-9_])' : ''}`, 'y'),
  rest: open === undefined ? undefined : new RegExp(`[${alphabet}]{0,${REST_MAX}}`, 'y'),
})

const shaped = (prefix: string, body: RegExp): SecretFormat => ({ prefix, body, rest: undefined })

/**
 * Formats as their makers document or announce them (AWS IAM identifiers; GitHub "token formats"; GitLab "token
 * prefixes"; Slack, Stripe, OpenAI, Anthropic, npm, SendGrid, Twilio … API references), lengths as seen by public
 * rule sets (gitleaks, MIT). The expressions are ours.
 */
export const SECRET_FORMATS: readonly SecretFormat[] = [
  // Amazon Web Services: key ids of users and of temporary credentials, contexts, certificates.
  ...['AKIA', 'ASIA', 'ABIA', 'ACCA'].map((prefix) => format(prefix, 'A-Z2-7', 16)),
  ...['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_'].map((prefix) => format(prefix, WORD, 36, 'or-more')),
  format('github_pat_', 'A-Za-z0-9_', 60, 'or-more'),
  ...[
    'glpat-',
    'gldt-',
    'glrt-',
    'glcbt-',
    'glptt-',
    'glft-',
    'glsoat-',
    'glagent-',
    'gloas-',
    'glimt-',
    'GR1348941',
  ].map((prefix) => format(prefix, BASE64URL, 20, 'or-more')),
  ...[
    'xoxb-',
    'xoxa-',
    'xoxp-',
    'xoxr-',
    'xoxs-',
    'xoxo-',
    'xoxe-',
    'xoxe.xoxp-',
    'xoxe.xoxb-',
    'xapp-',
  ].map((prefix) => format(prefix, 'A-Za-z0-9-', 16, 'or-more')),
  shaped(
    'hooks.slack.com/',
    /(?:services|workflows|triggers)\/[A-Z0-9]{8,14}\/[A-Z0-9]{8,20}\/[A-Za-z0-9]{20,64}/y,
  ),
  ...['sk_live_', 'rk_live_', 'sk_test_', 'rk_test_', 'sk_prod_', 'rk_prod_'].map((prefix) =>
    format(prefix, WORD, 16, 'or-more'),
  ),
  format('whsec_', 'A-Za-z0-9+/=', 24, 'or-more'),
  ...['sk-proj-', 'sk-svcacct-', 'sk-admin-', 'sk-ant-', 'sk-or-v1-', 'sk-lf-', 'pk-lf-'].map(
    (prefix) => format(prefix, BASE64URL, 20, 'or-more'),
  ),
  format('sk-', WORD, 32, 'or-more'),
  format('AIza', BASE64URL, 35),
  format('ya29.', BASE64URL, 20, 'or-more'),
  format('GOCSPX-', BASE64URL, 24, 'or-more'),
  format('npm_', WORD, 36),
  format('pypi-AgE', BASE64URL, 50, 'or-more'),
  format('rubygems_', HEX, 48),
  shaped('SG.', /[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{32,64}(?![A-Za-z0-9_])/y),
  ...Array.from('0123456789abcdef', (digit) => format(`SK${digit}`, HEX, 31)),
  format('key-', HEX, 32),
  ...['dop_v1_', 'doo_v1_', 'dor_v1_'].map((prefix) => format(prefix, HEX, 64)),
  ...['shpat_', 'shpca_', 'shppa_', 'shpss_'].map((prefix) => format(prefix, 'A-Fa-f0-9', 32)),
  ...['hf_', 'api_org_'].map((prefix) => format(prefix, WORD, 34, 'or-more')),
  format('dapi', HEX, 32, 'or-more'),
  format('dckr_pat_', BASE64URL, 27, 'or-more'),
  format('ATATT3', 'A-Za-z0-9_=-', 60, 'or-more'),
  format('ATBB', WORD, 32, 'or-more'),
  format('lin_api_', WORD, 40),
  format('PMAK-', 'A-Fa-f0-9-', 40, 'or-more'),
  format('NRAK-', UPPER, 27),
  format('NRJS-', HEX, 19),
  format('glsa_', 'A-Za-z0-9_', 41, 'or-more'),
  format('glc_', 'A-Za-z0-9+/=', 32, 'or-more'),
  format('sntrys_', 'A-Za-z0-9+/=_', 60, 'or-more'),
  format('sntryu_', HEX, 64),
  format('secret_', WORD, 43),
  format('ntn_', WORD, 43, 'or-more'),
  format('figd_', BASE64URL, 40, 'or-more'),
  format('pul-', HEX, 40),
  format('tfp_', WORD, 40, 'or-more'),
  format('hvs.', BASE64URL, 24, 'or-more'),
  format('hvb.', BASE64URL, 100, 'or-more'),
  format('r8_', WORD, 37, 'or-more'),
  format('gsk_', WORD, 48, 'or-more'),
  format('pplx-', WORD, 40, 'or-more'),
  format('xai-', WORD, 60, 'or-more'),
  format('tvly-', BASE64URL, 30, 'or-more'),
  format('fw_', WORD, 22, 'or-more'),
  format('nvapi-', BASE64URL, 60, 'or-more'),
  format('AGE-SECRET-KEY-1', UPPER, 58),
  format('EAACEdEose0cBA', WORD, 10, 'or-more'),
  format('EAA', WORD, 90, 'or-more'),
  format('IGQV', BASE64URL, 60, 'or-more'),
  ...['sq0csp-', 'sq0atp-'].map((prefix) => format(prefix, BASE64URL, 22, 'or-more')),
  format('EAAA', BASE64URL, 58, 'or-more'),
  format('dt0c01.', `${UPPER}.`, 80, 'or-more'),
  ...['duffel_test_', 'duffel_live_'].map((prefix) => format(prefix, BASE64URL, 40, 'or-more')),
  ...['FLWSECK_TEST-', 'FLWSECK-'].map((prefix) => format(prefix, 'A-Za-z0-9-', 12, 'or-more')),
  format('fio-u-', BASE64URL, 64),
  format('aio_', WORD, 28),
  format('AP6', WORD, 60, 'or-more'),
  format('AKCp', WORD, 60, 'or-more'),
  format('cmVmdGtu', WORD, 56),
  format('CLOJARS_', '0-9a-z', 60),
  format('ops_eyJ', 'A-Za-z0-9+/=', 200, 'or-more'),
  format('A3-', 'A-Z0-9-', 30, 'or-more'),
  format('p8e-', '0-9a-z', 32),
  ...['prct_live_', 'pk_prod_'].map((prefix) => format(prefix, WORD, 16, 'or-more')),
  format('sgp_', 'A-Za-z0-9_', 40, 'or-more'),
  format('shippo_live_', HEX, 40),
  format('shippo_test_', HEX, 40),
  format('xkeysib-', 'A-Za-z0-9-', 80, 'or-more'),
  format('EZAK', WORD, 54),
  format('EZTK', WORD, 54),
  ...['pscale_tkn_', 'pscale_pw_', 'pscale_oauth_'].map((prefix) =>
    format(prefix, 'A-Za-z0-9_=.-', 32, 'or-more'),
  ),
  format('sbp_', HEX, 40),
  format('vercel_blob_rw_', 'A-Za-z0-9_', 30, 'or-more'),
  format('rnd_', WORD, 28, 'or-more'),
  format('FlyV1 fm2_', 'A-Za-z0-9+/=,_', 80, 'or-more'),
  format('phx_', WORD, 40, 'or-more'),
  format('CFPAT-', BASE64URL, 43),
  format('LTAI', WORD, 12, 'or-more'),
  format('AKID', WORD, 32),
  format('t1.', 'A-Z0-9a-z_=-', 40, 'or-more'),
  ...['dp.ct.', 'dp.pt.', 'dp.sa.', 'dp.st.', 'dp.scim.', 'dp.audit.'].map((prefix) =>
    format(prefix, `.${BASE64URL}`, 40, 'or-more'),
  ),
  ...['s-s4t2ud-', 'u-s4t2ud-', 's-s4t2af-'].map((prefix) => format(prefix, HEX, 64)),
  format('NRAA-', HEX, 27),
  format('NRIQ-', BASE64URL, 32),
  format('NRII-', BASE64URL, 32),
  format('odt_', WORD, 32),
  format('jina_', BASE64URL, 60, 'or-more'),
  format('live_', 'A-Za-z0-9_', 35, 'or-more'),
  format('sl.', BASE64URL, 120, 'or-more'),
  format('django-insecure-', '!-&(-~', 30, 'or-more'),
  format('ABSK', 'A-Za-z0-9+/=', 100, 'or-more'),
  format('Bearer ', 'A-Za-z0-9_~+/.=-', 20, 'or-more'),
  shaped('AccountKey=', /[A-Za-z0-9+/]{86}==/y),
  shaped('SharedAccessKey=', /[A-Za-z0-9+/]{43}=/y),
  shaped('discord.com/api/webhooks/', /\d{17,20}\/[A-Za-z0-9_-]{60,70}/y),
  shaped('discordapp.com/api/webhooks/', /\d{17,20}\/[A-Za-z0-9_-]{60,70}/y),
  shaped(
    'outlook.office.com/webhook/',
    /[A-Za-z0-9@-]{36,80}\/IncomingWebhook\/[a-z0-9]{32}\/[a-z0-9-]{36}/y,
  ),
]
