import type { Retention } from './retention.ts'

/** What counts where nobody has put another one in force: `policies/retention.yaml` as it is shipped. */
export const DEFAULT_RETENTION: Retention = {
  records: {
    journal: {
      atLeastDays: 400,
      atMostDays: 'forever',
      because:
        'The books and the audit log are checked from the first entry on; EU AI Act art. 26(6) asks for six months',
    },
    personal: {
      atLeastDays: 0,
      atMostDays: 400,
      because: 'GDPR art. 5(1)(e), no longer than needed; art. 17, at once when a person asks',
    },
    postings: {
      atLeastDays: 3650,
      atMostDays: 'forever',
      because: 'Tax law asks for books of up to ten years',
    },
    rollups: {
      atLeastDays: 400,
      atMostDays: 'forever',
      because: 'Sums by cost centre; they hold no personal detail',
    },
    'admin-events': {
      atLeastDays: 400,
      atMostDays: 'forever',
      because: 'PCI DSS 10.5.1 asks for twelve months',
    },
    checkpoints: {
      atLeastDays: 400,
      atMostDays: 'forever',
      because: 'Whoever keeps one must be able to have its continuation proved',
    },
    traffic: {
      atLeastDays: 0,
      atMostDays: 400,
      because: 'Backtests over more than a year would replay another organisation',
    },
  },
  tags: {
    subject: [
      'user',
      'user_id',
      'user-id',
      'end_user',
      'customer',
      'customer_id',
      'patient',
      'employee',
      'subject',
    ],
    plain: [
      'env',
      'environment',
      'feature',
      'project',
      'service',
      'version',
      'stage',
      'cost_object',
      'release',
    ],
  },
}
