//! Conditions that look into another table, and into a column of JSON.

use diesel::QueryResult;
use diesel::pg::Pg;
use diesel::query_builder::AstPass;
use diesel::sql_types::Text;

use super::column::Column;
use super::predicate::Predicate;

/// In the table of `inner` there is a row whose `inner` is the same as `outer`, and that `which` holds
/// for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Exists {
    pub inner: Column,
    pub outer: Column,
    pub which: Box<Predicate>,
}

impl Exists {
    pub fn same(inner: Column, outer: Column, which: Predicate) -> Predicate {
        Predicate::Exists(Self { inner, outer, which: Box::new(which) })
    }

    pub(super) fn walk<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("EXISTS (SELECT 1 FROM ");
        out.push_identifier(self.inner.table)?;
        out.push_sql(" WHERE ");
        self.inner.push(out)?;
        out.push_sql(" = ");
        self.outer.push(out)?;
        out.push_sql(" AND ");
        self.which.walk(out)?;
        out.push_sql(")");
        Ok(())
    }
}

/// The JSON object in a column of texts has this field.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct JsonField {
    pub column: Column,
    pub field: String,
    /// With any value but null.
    pub has_value: bool,
}

impl JsonField {
    pub(super) fn walk<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("(");
        self.column.push(out)?;
        out.push_sql(if self.has_value { "::jsonb ->> " } else { "::jsonb -> " });
        out.push_bind_param::<Text, _>(&self.field)?;
        out.push_sql(") IS NOT NULL");
        Ok(())
    }
}
