-- The Merkle tree over each journal's entries (RFC 6962). A leaf is the hash of an entry; `node` keeps the complete subtrees
-- of 256, 65,536 and 16,777,216 leaves, from which every proof is made with at most 256 entries beside them.
CREATE TABLE audit_node (
  tenant TEXT NOT NULL,
  level INTEGER NOT NULL CHECK (level IN (8, 16, 24)),
  place INTEGER NOT NULL CHECK (place >= 0),
  hash TEXT NOT NULL,
  PRIMARY KEY (tenant, level, place)
) STRICT, WITHOUT ROWID;

-- Signed heads of the tree, as notes (c2sp.org/tlog-checkpoint), with the signatures of whoever has witnessed them.
CREATE TABLE checkpoint (
  tenant TEXT NOT NULL,
  size INTEGER NOT NULL CHECK (size > 0),
  root TEXT NOT NULL,
  note TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  witnessed_ms INTEGER,
  PRIMARY KEY (tenant, size)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER audit_node_no_update BEFORE UPDATE ON audit_node
BEGIN SELECT RAISE(ABORT, 'audit_node is append-only'); END;
CREATE TRIGGER audit_node_no_delete BEFORE DELETE ON audit_node
BEGIN SELECT RAISE(ABORT, 'audit_node is append-only'); END;
CREATE TRIGGER checkpoint_no_other BEFORE UPDATE ON checkpoint
WHEN NEW.tenant <> OLD.tenant OR NEW.size <> OLD.size OR NEW.root <> OLD.root OR NEW.created_ms <> OLD.created_ms
  OR substr(NEW.note, 1, length(OLD.note)) <> OLD.note
BEGIN SELECT RAISE(ABORT, 'a checkpoint gains signatures, nothing else'); END;
CREATE TRIGGER checkpoint_no_delete BEFORE DELETE ON checkpoint
BEGIN SELECT RAISE(ABORT, 'checkpoint is append-only'); END;
