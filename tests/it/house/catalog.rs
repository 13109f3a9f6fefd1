//! A schema as PostgreSQL describes it, to be compared with another.

use crate::support::database;

/// Everything PostgreSQL knows of a schema's tables: columns, constraints, indexes, rights.
const DUMP: &str = "
    SELECT format('column %s.%s %s %s %s', c.relname, a.attname,
                  format_type(a.atttypid, a.atttypmod), a.attnotnull,
                  pg_get_expr(d.adbin, d.adrelid))
      FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
      LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
     WHERE c.relnamespace = '$'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'S')
       AND NOT a.attisdropped
    UNION ALL
    SELECT format('constraint %s.%s %s %s', conrelid::regclass, conname, convalidated,
                  pg_get_constraintdef(oid))
      FROM pg_constraint WHERE connamespace = '$'::regnamespace
    UNION ALL
    SELECT format('index %s', pg_get_indexdef(indexrelid))
      FROM pg_index JOIN pg_class c ON c.oid = indrelid
     WHERE c.relnamespace = '$'::regnamespace
    UNION ALL
    SELECT format('right on %s: %s %s %s', c.relname, g.grantee::regrole, g.privilege_type,
                  g.is_grantable)
      FROM pg_class c, aclexplode(c.relacl) g WHERE c.relnamespace = '$'::regnamespace
    UNION ALL
    SELECT format('right on the schema: %s %s', g.grantee::regrole, g.privilege_type)
      FROM pg_namespace n, aclexplode(n.nspacl) g WHERE n.oid = '$'::regnamespace
    UNION ALL
    SELECT format('function %s', oid::regprocedure) FROM pg_proc
     WHERE pronamespace = '$'::regnamespace
    UNION ALL
    SELECT format('type %s', typname) FROM pg_type
     WHERE typnamespace = '$'::regnamespace AND typtype IN ('e', 'd')
    ORDER BY 1";

/// The lines that describe a schema.
pub async fn dump(database: &str, schema: &str) -> Vec<String> {
    let rows = database::rows(database, &DUMP.replace('$', schema)).await;
    rows.into_iter().flatten().flatten().collect()
}

/// The tables of a schema, without the ledger, which is no migration's.
pub async fn tables(database: &str, schema: &str) -> Vec<String> {
    let query = format!(
        "SELECT relname FROM pg_class WHERE relnamespace = '{schema}'::regnamespace
            AND relkind IN ('r', 'p', 'v', 'S') AND relname <> 'migration_ledger' ORDER BY 1"
    );
    database::rows(database, &query).await.into_iter().flatten().flatten().collect()
}
