/**
 * Services whose keys often have no form of their own: near such a name, a random value is likelier a key. Our own
 * choice of what is used most; names that are also ordinary words (Front, Square, Linear) are left out.
 */
export const SERVICES: readonly string[] =
  `abuseipdb adafruit adobe adyen airbrake airtable aiven algolia alibaba aliyun amadeus amplitude anthropic apify appcues
  appsflyer artifactory asana assemblyai atlassian auth0 aws azure azure devops baidu binance bitbucket bitfinex bitly bitmex
  blynk braintree braze browserstack bugsnag buildkite calendly cerebras chargebee circleci clarifai clearbit clickhouse
  clickup cloudant cloudconvert cloudflare cloudinary cloudsmith codacy codeclimate codecov cohere coinapi coinbase
  coinmarketcap confluence confluent contentful convertkit couchbase coveralls crowdin crowdstrike cryptocompare customerio
  databricks datadog datarobot dbt deepgram deepl deepseek digitalocean discord disqus docker docusign doppler dropbox
  droneci dwolla dynatrace easypost ebay edamam elasticsearch elevenlabs etherscan etsy eventbrite exchangerate facebook
  fastly figma finnhub firebase fireworks fixer flickr flutterwave foursquare freshbooks freshdesk fullstory gcp geoapify
  geocodio giphy gitea gitee github gitlab gitter gocardless google grafana greynoise gumroad harness heroku hetzner honeybadger
  honeycomb hubspot huggingface ibm imgur infobip infura instagram intercom ipdata ipgeolocation ipinfo ipstack jenkins jfrog
  jira jotform jumpcloud kaggle klaviyo kraken kubernetes kucoin langfuse langsmith launchdarkly line linkedin linode lob logdna
  loggly logzio lokalise mailchimp mailerlite mailgun mailjet mandrill mapbox mapquest mattermost maxmind meraki messagebird
  microsoft mistral mixpanel mongodb mux nasa netlify newrelic new relic newsapi nexmo ngrok notion npm nuget nvidia okta
  onelogin onesignal openai opencage openrouter openweather openweathermap opsgenie optimizely oracle pagerduty pandadoc
  paypal paystack pendo perplexity pinecone pinata pinterest pipedrive plaid planetscale plivo polygon posthog postman
  postmark prefect pubnub pulumi pusher pypi qualtrics quickbooks rabbitmq rapidapi razorpay readme reddit redis replicate
  ringcentral rollbar rubygems runpod salesforce saucelabs scaleway scrapingbee securitytrails segment semaphore sendbird
  sendgrid sendinblue sentry serpapi shippo shodan shopify signalwire slack smartsheet snowflake snyk sonar sonarcloud sonarqube
  sourcegraph splunk spoonacular spotify squareup squarespace stackhawk statuspage storyblok strava stripe sumologic
  supabase surveymonkey tailscale taxjar teamcity telegram telesign telnyx tencent terraform thingsboard tiktok tmdb todoist
  trello travis twilio twitch twitter typeform ubidots unsplash uploadcare upstash urlscan vercel virustotal vonage vultr
  wakatime wandb weatherapi weatherstack webex webflow wechat weibo whatsapp wistia woocommerce wordpress workday yandex
  yelp youtube zapier zendesk zerobounce zoho zoom`.split(/\n\s*|(?<!azure|new) (?!relic|devops)/)
