//! What was published of a resource, each time it was: a table of revisions beside the noun's own. A revision never changes.

use sea_orm::Condition;

use crate::auth::Caller;
use crate::error::Result;
use crate::name;
use crate::page::{Ask, Page};
use crate::store::{Row, Store};
use crate::wire::{Reply, reply};

/// A row that says what was published at one time. Its module is written by [`revisions!`](crate::revisions).
pub trait Revision: Row<Message: proto::Localized> {
    /// The pattern of its names: `things/{thing}/thingRevisions/{thing_revision}`.
    const PATTERN: &'static str;

    /// Those of one resource, or of all.
    fn of(resource: Option<&str>) -> Condition;
}

/// The name of the revision with that number.
pub fn name(pattern: &str, of: &str, number: i32) -> String {
    let collection = pattern.rsplit('/').nth(1).unwrap_or_default();
    format!("{of}/{collection}/r{number}")
}

/// The pattern of the names of what revisions are of.
fn parent(pattern: &str) -> &str {
    pattern.match_indices('/').nth(1).map_or(pattern, |(end, _)| &pattern[..end])
}

impl<R: Revision> Store<R> {
    /// Answers a Get of one revision.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` when it is no name; `NOT_FOUND`.
    pub async fn published(&self, asked: &str) -> Reply<R::Message> {
        name::check_reference("name", R::PATTERN, asked)?;
        reply(self.get(asked).await?.into())
    }

    /// A page of the revisions of the parent that is asked for.
    ///
    /// # Errors
    /// As [`Store::list`].
    pub async fn published_of(
        &self,
        caller: &Caller,
        request: &impl proto::Listing,
    ) -> Result<Page<R::Message>> {
        let of = name::parent_id("parent", parent(R::PATTERN), request.parent())?;
        let page = self.list(Ask::of(request, caller), R::of(of.map(|_| request.parent()))).await?;
        Ok(page.map(Into::into))
    }
}

/// The whole module `revision.rs` of a noun, after its first line: the table, its message, and what keeps a revision. Named are the
/// table, the field (of table and message) that says what it is of, what is kept of it, the message, the service, the pattern of
/// names, and whose a revision is, given what is kept.
#[macro_export]
macro_rules! revisions {
    ($table:literal: $of:ident as $content:ty, $message:ty, $service:literal, $pattern:literal, $owner:expr) => {
        use sea_orm::entity::prelude::*;

        // The derive reads types as they are written: short.
        use $crate::column::{Micros, Packed};
        type Content = $content;

        /// The pattern of names.
        pub const PATTERN: &str = $pattern;

        /// The name of the revision with that number.
        pub fn name(of: &str, number: i32) -> String {
            $crate::revision::name(PATTERN, of, number)
        }

        #[sea_orm::model]
        #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
        #[sea_orm(table_name = $table)]
        pub struct Model {
            #[sea_orm(primary_key, auto_increment = false)]
            pub name: String,
            pub uid: String,
            pub revision: i32,
            pub create_time: Micros,
            pub update_time: Micros,
            pub $of: String,
            pub number: i32,
            pub content: Packed<Content>,
        }

        impl ActiveModelBehavior for ActiveModel {}

        impl From<Model> for $message {
            fn from(revision: Model) -> Self {
                Self {
                    name: revision.name,
                    uid: revision.uid,
                    create_time: Some(revision.create_time.to_timestamp()),
                    update_time: Some(revision.update_time.to_timestamp()),
                    revision: revision.revision,
                    number: revision.number,
                    $of: Some(revision.content.into_inner()),
                }
            }
        }

        impl $crate::Row for Model {
            $crate::standard_columns!($message);

            const SERVICE: &'static str = $service;
            const FIELDS: &'static [$crate::filter::Field] = &[
                $crate::filter::Field::text("name"),
                $crate::filter::Field::integer("number"),
                $crate::filter::Field::time("create_time"),
            ];

            fn owner(&self) -> &str {
                let owner: fn(&Content) -> &str = $owner;
                owner(&self.content)
            }

            fn public(&self) -> bool {
                true
            }
        }

        impl $crate::revision::Revision for Model {
            const PATTERN: &'static str = PATTERN;

            fn of(resource: Option<&str>) -> sea_orm::Condition {
                sea_orm::Condition::all().add_option(resource.map(|resource| COLUMN.$of.eq(resource)))
            }
        }

        /// Keeps what is published now of a resource: its line in the change table is the resource's own.
        pub(crate) async fn keep(
            unit: &mut $crate::database::Unit<'_>,
            of: &str,
            number: i32,
            content: Content,
        ) -> $crate::Result<()> {
            let (_, uid) = $crate::name::new_id('r');
            let kept = Model {
                name: name(of, number),
                uid: uid.to_string(),
                revision: 1,
                create_time: unit.now,
                update_time: unit.now,
                $of: of.to_owned(),
                number,
                content: Packed(content),
            };
            let kept = sea_orm::IntoActiveModel::<ActiveModel>::into_active_model(kept);
            Entity::insert(kept).exec_without_returning(unit.txn).await?;
            Ok(())
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_revision_is_named_after_what_it_is_of() {
        let pattern = "things/{thing}/thingRevisions/{thing_revision}";
        assert_eq!(name(pattern, "things/t", 3), "things/t/thingRevisions/r3");
        assert_eq!(parent(pattern), "things/{thing}");
    }
}
