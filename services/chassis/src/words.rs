//! Rows found by the beginnings of their words: FTS5 on SQLite, a text vector on PostgreSQL.
//!
//! The words of the rows of a noun stand in a table beside its own, with the columns `name` and `words`.

use sea_orm::sea_query::{Expr, Func, Query};
use sea_orm::{ConnectionTrait, DbBackend, ExprTrait as _, Statement};

use crate::database::Database;
use crate::error::{Error, Result};
use crate::text::fold;

/// Words of a query that are looked for, at most.
const MOST: usize = 16;

/// The table of words of one noun.
#[derive(Clone, Copy, Debug)]
pub struct Words(pub &'static str);

impl Words {
    /// Makes rows findable by their words; the words of rows that are known already are replaced.
    ///
    /// # Errors
    /// Only the database's.
    pub async fn index(
        self,
        db: &impl ConnectionTrait,
        words: impl IntoIterator<Item = (&str, String)>,
        known: bool,
    ) -> Result<()> {
        let words: Vec<(&str, String)> = words.into_iter().collect();
        if known {
            let names = words.iter().map(|(name, _)| *name);
            let old = Query::delete().from_table(self.0).and_where(Expr::col("name").is_in(names)).to_owned();
            db.execute(&old).await?;
        }
        let postgres = db.get_database_backend() == DbBackend::Postgres;
        for chunk in words.chunks(1000) {
            let mut insert = Query::insert();
            insert.into_table(self.0).columns(["name", "words"]);
            for (name, words) in chunk {
                let words: Expr = match postgres {
                    true => Func::cust("to_tsvector")
                        .arg(Expr::cust("'simple'"))
                        .arg(Expr::value(words.as_str()))
                        .into(),
                    false => Expr::value(words.as_str()),
                };
                insert.values_panic([Expr::value(*name), words]);
            }
            db.execute(&insert).await?;
        }
        Ok(())
    }

    /// The names of the rows that have words beginning with each word of the query, the best first.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` on `query` when there is no word in it.
    pub async fn find(self, database: &Database, query: &str, most: u16) -> Result<Vec<String>> {
        let pattern = pattern(database.backend(), query)?;
        let (table, fits) = (self.0, self.fits(database.backend()));
        let best = match database.backend() {
            DbBackend::Postgres => "ts_rank(words, to_tsquery('simple', $1)) DESC",
            _ => "rank",
        };
        let sql = format!("SELECT name FROM {table} WHERE {fits} ORDER BY {best}, name LIMIT {most}");
        let statement = Statement::from_sql_and_values(database.backend(), sql, [pattern.into()]);
        let rows = database.reader().query_all_raw(statement).await?;
        rows.into_iter().map(|row| row.try_get_by_index(0).map_err(Error::from)).collect()
    }

    /// The condition that a row's words fit the pattern, which is the statement's first value.
    pub fn fits(self, backend: DbBackend) -> String {
        let table = self.0;
        match backend {
            DbBackend::Postgres => format!("{table}.words @@ to_tsquery('simple', $1)"),
            _ => format!("{table} MATCH ?"),
        }
    }
}

/// What is looked for, in the words of the database.
///
/// # Errors
/// `INVALID_ARGUMENT` on `query` when there is no word in it.
pub fn pattern(backend: DbBackend, query: &str) -> Result<String> {
    let folded = fold(query);
    let words: Vec<&str> = folded.split(' ').filter(|word| !word.is_empty()).take(MOST).collect();
    if words.is_empty() {
        return Err(Error::required("query"));
    }
    Ok(match backend {
        DbBackend::Postgres => words.iter().map(|word| format!("{word}:*")).collect::<Vec<_>>().join(" & "),
        _ => words.iter().map(|word| format!("\"{word}\"*")).collect::<Vec<_>>().join(" "),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_words_that_no_database_reads_as_its_own() {
        for hostile in ["Saint-Étienne' OR 1=1 --", "\"a\" NEAR b*", "x:y & (z | !w)"] {
            for (backend, syntax) in [(DbBackend::Sqlite, "\"* "), (DbBackend::Postgres, ":*& ")] {
                let pattern = pattern(backend, hostile).unwrap();
                let bare: String = pattern.chars().filter(|c| !syntax.contains(*c)).collect();
                assert!(bare.chars().all(char::is_alphanumeric), "{pattern}");
            }
        }
        assert!(matches!(pattern(DbBackend::Sqlite, " -*- "), Err(Error::Invalid { .. })));
    }
}
