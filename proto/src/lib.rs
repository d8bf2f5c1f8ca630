//! The contracts: `.proto` in, Rust out.
//!
//! Besides the messages and services, `build.rs` writes small traits for what every contract has in common
//! ([`Mutation`], [`Update`], [`Listing`], [`Resource`], [`Localized`], [`Private`]), so that no noun repeats them.

#![expect(unused_qualifications, clippy::doc_markdown, clippy::allow_attributes, reason = "generated code")]

mod traits;

pub use traits::{Listing, Localized, Mutation, Private, Resource, Update, visit};

include!(concat!(env!("OUT_DIR"), "/ensemble.rs"));
include!(concat!(env!("OUT_DIR"), "/contract.rs"));

pub use ensemble::{
    auth::v1 as auth, businessmodels::v1 as businessmodels, common::v1 as common, identity::v1 as identity,
    partners::v1 as partners, projects::v1 as projects, training::v1 as training,
};
pub use google::r#type::Date;

/// Every contract as a `FileDescriptorSet`, comments included: for reflection, masks, the command line and contract tests.
pub const DESCRIPTOR: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptor.bin"));

/// The pool of all descriptors, decoded once.
pub fn pool() -> &'static prost_reflect::DescriptorPool {
    static POOL: std::sync::LazyLock<prost_reflect::DescriptorPool> = std::sync::LazyLock::new(|| {
        prost_reflect::DescriptorPool::decode(DESCRIPTOR).expect("the descriptors were encoded by build.rs")
    });
    &POOL
}
