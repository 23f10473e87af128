import {
  atLeast,
  BASE64,
  BASE64URL,
  between,
  DASHED,
  each,
  exact,
  HEX,
  shaped,
  SNAKE,
  UUID,
  WORD,
  type SecretFormat,
} from './secret-format.ts'

/** Payments, banking, trading and shops. Sources: the API reference of each, page "authentication" or "API keys". */
export const PAYMENT_SECRETS: readonly SecretFormat[] = [
  // docs.stripe.com/keys; also Clerk, Paystack, RevenueCat and others, who took over the form.
  ...each('sk_live_ rk_live_ sk_test_ rk_test_ sk_prod_ rk_prod_ sk_sbox_', (prefix) =>
    atLeast(prefix, WORD, 16),
  ),
  atLeast('whsec_', BASE64, 24),
  ...each('pk_test_ pk_prod_ prct_live_', (prefix) => atLeast(prefix, WORD, 24, 0.6)),
  // developer.squareup.com, developer.paypal.com/braintree, docs.adyen.com, razorpay.com/docs, developer.flutterwave.com
  between('sq0csp-', BASE64URL, 43, 43),
  between('sq0atp-', BASE64URL, 22, 22),
  ...each('sq0csp- sq0atp- sq0idp-', (prefix) => atLeast(prefix, BASE64URL, 22)),
  atLeast('EAAA', BASE64URL, 56),
  ...each('access_token$production$ access_token$sandbox$', (prefix) =>
    shaped(prefix, /[a-z0-9]{16}\$[a-f0-9]{32}/y),
  ),
  atLeast('A21AA', BASE64URL, 80),
  atLeast('AQE', BASE64, 120),
  ...each('rzp_live_ rzp_test_', (prefix) => between(prefix, WORD, 14, 24)),
  ...each('FLWSECK_TEST- FLWSECK-', (prefix) => atLeast(prefix, DASHED, 12)),
  // docs.mollie.com, developer.gocardless.com, plaid.com/docs, docs.lob.com, docs.xendit.co, docs.midtrans.com
  ...each('live_ test_', (prefix) => between(prefix, WORD, 30, 40)),
  ...each('live_ sandbox_', (prefix) => between(prefix, BASE64URL, 40, 42)),
  ...each('live_pub_ test_pub_', (prefix) => exact(prefix, HEX, 31)),
  ...each('access-sandbox- access-development- access-production-', (prefix) =>
    exact(prefix, UUID, 36),
  ),
  ...each('xnd_production_ xnd_development_', (prefix) => atLeast(prefix, WORD, 40)),
  ...each('SB-Mid-server- Mid-server-', (prefix) => between(prefix, BASE64URL, 24, 32)),
  // mercadopago.com developers, omise.co, developer.paddle.com, klarna.com, sumup.com, cashfree.com, conekta.com, polar.sh
  ...each('APP_USR- TEST-', (prefix) => shaped(prefix, /\d{13,19}-\d{6}-[a-f0-9_]{32,40}/y)),
  ...each('skey_test_ skey_ skey_live_', (prefix) => between(prefix, WORD, 19, 24)),
  ...each('pdl_live_apikey_ pdl_sdbx_apikey_', (prefix) => atLeast(prefix, SNAKE, 40)),
  ...each('klarna_live_api_ klarna_test_api_', (prefix) => atLeast(prefix, BASE64URL, 40)),
  between('sup_sk_', WORD, 30, 60),
  ...each('cfsk_ma_prod_ cfsk_ma_test_', (prefix) => atLeast(prefix, SNAKE, 30)),
  ...each('polar_oat_ polar_pat_ polar_at_u_ polar_at_o_', (prefix) =>
    between(prefix, WORD, 32, 60),
  ),
  ...each('ak_live_ ak_test_', (prefix) => between(prefix, WORD, 26, 40)),
  shaped('$aact_', /[A-Za-z0-9+/=_:$-]{60,220}/y),
  ...each('LIVE_API_KEY: TEST_API_KEY:', (prefix) => shaped(prefix, /[a-f0-9]{32}:[a-f0-9]{32}/y)),
  // duffel.com/docs, easypost.com, frame.io, finicity, coinbase, freemius, tap.company, docs.lightspark
  ...each('duffel_test_ duffel_live_', (prefix) => atLeast(prefix, BASE64URL, 40)),
  ...each('EZAK EZTK', (prefix) => exact(prefix, WORD, 54)),
  exact('fio-u-', BASE64URL, 64),
  // shopify.dev/docs/apps/auth, woocommerce.github.io, bigcommerce, commercetools
  ...each('shpat_ shpca_ shppa_ shpss_ shptka_ shpua_', (prefix) => between(prefix, WORD, 32, 40)),
  ...each('ck_ cs_', (prefix) => exact(prefix, HEX, 40)),
  // Blockchain services: docs.alchemy.com, docs.infura.io, etherscan.io
  between('alcht_', WORD, 30, 36),
  between('alch_', WORD, 30, 36),
]
