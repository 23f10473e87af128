import { Spacing } from './views-spaced.ts'

/** The text that is being scanned, and what has been seen of it so far. */
export class ScanState {
  text = ''
  /** What kind of leaf is scanned; numbers and keys are short and stand alone. */
  kind: 'key' | 'string' | 'number' = 'string'
  /** The key whose value this text is; '' if it is none's. */
  key = ''
  /** Anchors before this position are passed over: something has been recognised there. */
  claimedTo = 0
  hasEscape = false
  hasFoldable = false
  /** Digits stand one by one, or in groups that nobody writes; or an at sign among single letters. */
  hasSpaced = false
  protected readonly spacing = new Spacing()

  protected begin(text: string, kind: 'key' | 'string' | 'number', key: string): void {
    this.text = text
    this.kind = kind
    this.key = key
    this.claimedTo = 0
    this.hasEscape = false
    this.hasFoldable = false
    this.hasSpaced = false
    this.spacing.clear()
  }
}
