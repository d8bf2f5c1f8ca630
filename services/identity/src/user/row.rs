//! The table `user`, facing its message.

use chassis::column::{Coded, Micros, Strings};
use chassis::database::Unit;
use chassis::filter::Field;
use chassis::lifecycle::Stateful;
use proto::auth::Role;
use proto::identity as pb;
pub(crate) use proto::identity::user::State;
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "user")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    pub uid: String,
    pub revision: i32,
    pub create_time: Micros,
    pub update_time: Micros,
    pub state: Coded<State>,
    /// The address as it was written.
    pub email: String,
    /// The address by which it is found, whatever the case; none for a person without one.
    pub email_key: Option<String>,
    pub given_name: String,
    pub family_name: String,
    pub language_code: String,
    /// `COORDINATOR`, `REVIEWER`.
    pub network_roles: Strings,
    pub last_sign_in_time: Option<Micros>,
    /// Argon2id, as a PHC string; empty for a person without a password.
    pub password: String,
    /// SHA-256 of the invitation code, while one is open.
    pub invitation: Option<Vec<u8>>,
    pub invitation_expire_time: Option<Micros>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// The roles in the whole network.
    pub(crate) fn roles(&self) -> Vec<Role> {
        self.network_roles.iter().filter_map(|name| Role::from_str_name(&format!("ROLE_{name}"))).collect()
    }
}

impl From<Model> for pb::User {
    fn from(user: Model) -> Self {
        Self {
            network_roles: user.roles().into_iter().map(i32::from).collect(),
            name: user.name,
            uid: user.uid,
            etag: chassis::store::etag(user.revision),
            create_time: Some(user.create_time.to_timestamp()),
            update_time: Some(user.update_time.to_timestamp()),
            revision: user.revision,
            state: user.state.number(),
            email: user.email,
            given_name: user.given_name,
            family_name: user.family_name,
            language_code: user.language_code,
            last_sign_in_time: user.last_sign_in_time.map(Micros::to_timestamp),
            invitation_code: String::new(),
            allowed_actions: Vec::new(),
        }
    }
}

impl chassis::Row for Model {
    chassis::standard_columns!(pb::User, state);

    const SERVICE: &'static str = "identity";
    const FIELDS: &'static [Field] = &[
        Field::enumeration("state", "ensemble.identity.v1.User.State"),
        Field::time("create_time"),
        Field::time("update_time"),
    ];

    fn owner(&self) -> &str {
        &self.name
    }

    fn public(&self) -> bool {
        false
    }

    async fn follow(&self, before: Option<&Self>, unit: &mut Unit<'_>) -> chassis::Result<()> {
        super::store::follow(self, before, unit).await
    }
}

impl Stateful for Model {
    chassis::states!(State {
        Invited: "invited", "invitée";
        Active: "active", "active";
        Suspended: "suspended", "suspendue";
        Erased: "erased", "effacée";
    });
}
