//! Conditions that look into a column of JSON.

use diesel::QueryResult;
use diesel::pg::Pg;
use diesel::query_builder::AstPass;
use diesel::sql_types::Text;

use super::column::Column;

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
