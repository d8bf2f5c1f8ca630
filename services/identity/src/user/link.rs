//! The table `user_link`: which account a person of another issuer has, by (issuer, subject) and nothing else (S3).

#![expect(unreachable_pub, reason = "what the derive of an entity makes is public")]

use chassis::error::Result;
use sea_orm::IntoActiveModel as _;
use sea_orm::entity::prelude::*;

use crate::issuer::Person;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "user_link")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub issuer: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub subject: String,
    pub user: String,
}

impl ActiveModelBehavior for ActiveModel {}

/// The user's name.
pub(super) async fn find(db: &impl ConnectionTrait, person: &Person) -> Result<Option<String>> {
    let key = (person.issuer.clone(), person.subject.clone());
    Ok(Entity::find_by_id(key).one(db).await?.map(|link| link.user))
}

/// Links a person to a user.
pub(super) async fn add(db: &impl ConnectionTrait, person: &Person, user: &str) -> Result<()> {
    let link =
        Model { issuer: person.issuer.clone(), subject: person.subject.clone(), user: user.to_owned() };
    Entity::insert(link.into_active_model()).exec_without_returning(db).await?;
    Ok(())
}

/// The links of a user.
pub(super) async fn of(db: &impl ConnectionTrait, user: &str) -> Result<Vec<Model>> {
    Ok(Entity::find().filter(COLUMN.user.eq(user)).all(db).await?)
}

/// Forgets the links of a user.
pub(super) async fn forget(db: &impl ConnectionTrait, user: &str) -> Result<()> {
    Entity::delete_many().filter(COLUMN.user.eq(user)).exec(db).await?;
    Ok(())
}
