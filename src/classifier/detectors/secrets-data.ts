import {
  ANY_HEX,
  atLeast,
  BASE64,
  BASE64URL,
  between,
  DOTTED,
  each,
  exact,
  HEX,
  PADDED,
  shaped,
  SNAKE,
  UPPER,
  UUID,
  WORD,
  type SecretFormat,
} from './secret-format.ts'

/** Databases, observability and analytics. Sources: the API reference of each, page "authentication" or "API keys". */
export const DATA_SECRETS: readonly SecretFormat[] = [
  // docs.databricks.com/dev-tools/auth/pat, planetscale.com/docs, mongodb.com/docs/atlas, aiven.io/docs, cockroachlabs.com
  ...each('dapi dose dkea', (prefix) => atLeast(prefix, HEX, 32)),
  ...each('pscale_tkn_ pscale_pw_ pscale_oauth_ pscale_app_secret_', (prefix) =>
    atLeast(prefix, DOTTED, 32),
  ),
  between('mdb_sa_sk_', BASE64URL, 36, 48),
  exact('AVNS_', BASE64URL, 19),
  shaped('CCDB1_', /[A-Za-z0-9]{22}_[A-Za-z0-9]{40}/y),
  between('cflt', BASE64, 56, 64),
  between('essu_', BASE64, 40, 80),
  between('cu_', HEX, 32, 32),
  between('mb_', BASE64, 44, 44),
  exact('xau_', WORD, 30),
  // docs.newrelic.com/docs/apis/intro-apis/new-relic-api-keys
  ...each('NRAK-', (prefix) => between(prefix, UPPER, 27, 30)),
  ...each('NRRA- NRAA-', (prefix) => between(prefix, ANY_HEX, 27, 42)),
  ...each('NRIQ- NRII- NRAL-', (prefix) => between(prefix, BASE64URL, 32, 36)),
  exact('NRJS-', HEX, 19),
  exact('NRSP-', BASE64URL, 36),
  // grafana.com/docs (service accounts, cloud access policies), docs.sentry.io, docs.dynatrace.com, docs.honeycomb.io
  atLeast('glsa_', SNAKE, 41),
  atLeast('glc_', BASE64, 32),
  atLeast('eyJrIjoi', BASE64, 60),
  atLeast('sntrys_', PADDED, 60),
  exact('sntryu_', HEX, 64),
  ...each('dt0c01. dt0s01. dt0s02. dt0s08. dt0s16.', (prefix) =>
    shaped(prefix, /[A-Z0-9-]{8,30}\.[A-Z0-9]{64}/y),
  ),
  ...each('hcaik_ hcbik_ hcalk_ hcxik_ hcamk_ hcxmk_', (prefix) => atLeast(prefix, WORD, 26)),
  // posthog.com/docs, axiom.co/docs, docs.mixpanel.com, rudderstack, logfire, june, braze, uptrace, checkly
  ...each('phx_ phs_', (prefix) => between(prefix, WORD, 40, 50)),
  ...each('xaat- xapt- xait-', (prefix) => exact(prefix, UUID, 36)),
  ...each('pylf_v1_us_ pylf_v1_eu_ pylf_v2_us_ pylf_v2_eu_', (prefix) =>
    between(prefix, WORD, 40, 50),
  ),
  between('ddapp_', WORD, 30, 50),
]
