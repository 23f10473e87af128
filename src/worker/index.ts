import { handle } from './app.ts'
import { consumeOutbox } from './consumers/outbox.ts'
import { onSchedule } from './consumers/schedule.ts'
import type { Env } from './env.ts'

export { PolicyAuthority } from './objects/authority.ts'
export { Breaker } from './objects/breaker.ts'
export { Journal } from './objects/journal.ts'

export default {
  fetch: handle,
  queue: consumeOutbox,
  scheduled: onSchedule,
} satisfies ExportedHandler<Env>
