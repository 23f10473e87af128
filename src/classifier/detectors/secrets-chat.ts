import {
  atLeast,
  BASE64URL,
  between,
  DASHED,
  each,
  exact,
  HEX,
  LOWER,
  OPAQUE,
  shaped,
  UUID,
  WORD,
  type SecretFormat,
} from './secret-format.ts'

/**
 * A Discord bot token begins with its bot's id, 17 to 20 digits in base64: the first three characters are one of 90.
 * Source: discord.com/developers/docs/reference#authentication.
 */
const DIGIT_STARTS = Array.from('123456789', (first) =>
  Array.from('0123456789', (second) => btoa(`${first}${second}0`).slice(0, 3)),
).flat()

/** Personal access tokens of Jira and Confluence servers: twelve digits, a colon and twenty bytes, in base64. */
const ATLASSIAN_SERVER =
  /[w-z0-5](?:[MNO][DTjz][AEIMQUYcgk][w-z0-5]){3}O[g-v][A-Za-z0-9+/]{26}(?![A-Za-z0-9+/=])/y

const DISCORD = /[A-Za-z0-9_-]{19,27}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,42}(?![A-Za-z0-9_-])/y

/** Chat, mail, telephony, social networks and work tools. Sources: the API reference of each, "authentication". */
export const CHAT_SECRETS: readonly SecretFormat[] = [
  // api.slack.com/authentication/token-types, …/messaging/webhooks
  ...each(
    'xoxb- xoxa- xoxp- xoxr- xoxs- xoxo- xoxc- xoxd- xoxe- xoxe.xoxp- xoxe.xoxb- xapp-',
    (prefix) => atLeast(prefix, prefix === 'xoxd-' ? OPAQUE : DASHED, 16),
  ),
  ...each('hooks.slack.com/ hooks.slack-gov.com/', (prefix) =>
    shaped(
      prefix,
      /(?:services|workflows|triggers)\/[A-Z0-9]{8,14}\/[A-Z0-9]{8,20}\/(?:[0-9]{10,24}\/)?[A-Za-z0-9]{12,64}/y,
    ),
  ),
  ...DIGIT_STARTS.map((prefix) => shaped(prefix, DISCORD, 0.9)),
  ...DIGIT_STARTS.map((prefix) => shaped(prefix, ATLASSIAN_SERVER, 0.9)),
  ...each('discord.com/api/webhooks/ discordapp.com/api/webhooks/', (prefix) =>
    shaped(prefix, /\d{17,20}\/[A-Za-z0-9_-]{60,70}/y),
  ),
  // Teams: learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors
  shaped(
    'outlook.office.com/webhook/',
    /[A-Za-z0-9@-]{36,80}\/IncomingWebhook\/[a-z0-9]{32}\/[a-z0-9-]{36}/y,
  ),
  shaped(
    'webhook.office.com/webhookb2/',
    /[A-Za-z0-9@-]{36,80}\/IncomingWebhook\/[a-z0-9]{32}\/[a-z0-9-]{36}/y,
  ),
  // Chinese chats: open.dingtalk.com, developer.work.weixin.qq.com, open.feishu.cn (robots)
  shaped('oapi.dingtalk.com/robot/send', /\?access_token=[a-f0-9]{64}/y),
  shaped('qyapi.weixin.qq.com/cgi-bin/webhook/send', /\?key=[a-f0-9-]{36}/y),
  ...each(
    'open.feishu.cn/open-apis/bot/v2/hook/ open.larksuite.com/open-apis/bot/v2/hook/',
    (prefix) => shaped(prefix, /[a-f0-9-]{36}/y),
  ),
  shaped(
    'chat.googleapis.com/v1/spaces/',
    /[A-Za-z0-9_-]{8,20}\/messages\?key=[A-Za-z0-9_-]{30,50}&token=[A-Za-z0-9_%-]{30,60}/y,
  ),
  shaped('hooks.zapier.com/hooks/catch/', /\d{5,10}\/[a-z0-9]{6,10}/y),
  shaped(
    'maker.ifttt.com/trigger/',
    /[A-Za-z0-9_]{1,40}\/(?:json\/)?with\/key\/[A-Za-z0-9_-]{20,50}/y,
  ),
  // sendgrid.com, twilio.com, mailgun.com, mailchimp.com, brevo.com, resend.com, mailersend.com, mandrillapp.com
  shaped('SG.', /[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{16,64}(?![A-Za-z0-9_])/y),
  ...Array.from('0123456789abcdef', (digit) => exact(`SK${digit}`, HEX, 31)),
  exact('key-', LOWER, 32),
  ...each('xkeysib- xsmtpsib-', (prefix) => shaped(prefix, /[a-f0-9]{64}-[A-Za-z0-9]{16}/y)),
  shaped('re_', /[A-Za-z0-9]{8}_[A-Za-z0-9]{22,26}(?![A-Za-z0-9])/y),
  exact('mlsn.', HEX, 64),
  exact('md-', BASE64URL, 22),
  exact('os_v2_app_', LOWER, 104),
  exact('os_v2_org_', LOWER, 104),
  // developers.hubspot.com, klaviyo.com, intercom.com, crisp, knock.app, courier.com, telnyx.com, beamer
  ...each('pat-na1- pat-na2- pat-eu1- pat-ap1-', (prefix) => exact(prefix, UUID, 36)),
  exact('pk_', HEX, 34),
  shaped('dG9rO', /[A-Za-z0-9+/=]{54,60}/y),
  exact('b_', BASE64URL, 44),
  shaped('KEY0', /[A-Z0-9]{31}_[A-Za-z0-9]{22}/y),
  // linear.app, developers.notion.com, airtable.com, clickup.com, asana.com, dropbox.com, typeform.com, miro, calendly
  between('lin_api_', WORD, 40, 40),
  between('lin_oauth_', HEX, 64, 64),
  exact('secret_', WORD, 43),
  between('ntn_', WORD, 43, 50),
  shaped('pat', /[A-Za-z0-9]{14}\.[a-f0-9]{64}(?![A-Za-z0-9])/y),
  shaped('pk_', /\d{6,10}_[A-Z0-9]{32}(?![A-Za-z0-9])/y),
  shaped('sl.', /[A-Za-z0-9._-]{110,1500}/y),
  // Meta (developers.facebook.com), Twitter (bearer tokens), Twitch, Spotify, LinkedIn
  atLeast('EAACEdEose0cBA', WORD, 10),
  atLeast('EAA', WORD, 90),
  atLeast('IGQV', BASE64URL, 60),
  atLeast('IGAA', BASE64URL, 60),
  shaped('AAAAAAAAAAAAAAAAAAAA', /A{0,4}[A-Za-z0-9%]{60,120}/y),
  // Mapbox (docs.mapbox.com, secret and temporary tokens), Adafruit, Ubidots, Particle
  ...each('sk.eyJ tk.eyJ', (prefix) =>
    shaped(prefix, /[A-Za-z0-9_-]{40,200}\.[A-Za-z0-9_-]{20,40}/y),
  ),
  shaped('pk.eyJ', /[A-Za-z0-9_-]{40,200}\.[A-Za-z0-9_-]{20,40}/y, 0.6),
  exact('aio_', WORD, 28),
  between('BBFF-', WORD, 30, 36),
  shaped('p8e-', /[A-Za-z0-9_-]{32}(?![A-Za-z0-9_])/y),
]
