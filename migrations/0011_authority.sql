-- Versions of a tenant's policy are numbered here, in the transaction that activates them.
ALTER TABLE tenant ADD COLUMN policy_version INTEGER NOT NULL DEFAULT 0;
UPDATE tenant SET policy_version = (SELECT COUNT(*) FROM activation WHERE activation.tenant = tenant.id);

-- Who activated, and under which order: one that is carried out twice counts once.
ALTER TABLE activation ADD COLUMN activated_by TEXT NOT NULL DEFAULT '';
ALTER TABLE activation ADD COLUMN order_id TEXT;
CREATE UNIQUE INDEX activation_by_order ON activation (tenant, order_id) WHERE order_id IS NOT NULL;

-- Ed25519 signatures of releases, in base64. A release may be signed again under a new key; key_id names the public key.
CREATE TABLE release_signature (
  hash TEXT NOT NULL REFERENCES release (hash),
  key_id TEXT NOT NULL,
  signature TEXT NOT NULL,
  signed_ms INTEGER NOT NULL,
  PRIMARY KEY (hash, key_id)
) STRICT, WITHOUT ROWID;

-- What the policy authority of a tenant has found to be in force everywhere, since when, and what proves it; append-only.
CREATE TABLE in_force (
  tenant TEXT NOT NULL,
  -- Grows with every activation, revocation and rotation.
  term INTEGER NOT NULL,
  version INTEGER NOT NULL,
  policy_hash TEXT,
  key_epoch INTEGER NOT NULL,
  -- When the authority took note, and since when no journal acts under an older term.
  since_ms INTEGER NOT NULL,
  everywhere_ms INTEGER NOT NULL,
  -- JSON: by journal, the last entry before it acknowledged, or when its lease ran out.
  proofs TEXT NOT NULL,
  PRIMARY KEY (tenant, term)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER release_signature_no_update BEFORE UPDATE ON release_signature
BEGIN SELECT RAISE(ABORT, 'release_signature is append-only'); END;
CREATE TRIGGER in_force_no_update BEFORE UPDATE ON in_force
BEGIN SELECT RAISE(ABORT, 'in_force is append-only'); END;
CREATE TRIGGER in_force_no_delete BEFORE DELETE ON in_force
BEGIN SELECT RAISE(ABORT, 'in_force is append-only'); END;
CREATE TRIGGER in_force_no_replace BEFORE INSERT ON in_force
WHEN EXISTS (SELECT 1 FROM in_force WHERE tenant = NEW.tenant AND term = NEW.term)
BEGIN SELECT RAISE(IGNORE); END;
