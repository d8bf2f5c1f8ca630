//! What every contract has in common.

use crate::ensemble::common::v1::{AllowedAction, LocalizedText};

/// A request that changes something: what makes it safe to send twice or to try out.
pub trait Mutation: prost::Message {
    /// A UUID4, or empty: the same request sent twice is done once (AIP-155).
    fn request_id(&self) -> &str;
    /// The resource it is about; empty where it names none.
    fn name(&self) -> &str;
    /// Check everything, write nothing (AIP-163).
    fn validate_only(&self) -> bool;
    /// When not empty, must be the resource's current etag (AIP-154).
    fn etag(&self) -> &str;
    /// Why, for requests that ask for a reason.
    fn reason(&self) -> &str;
}

/// A request that changes what a mask names (AIP-134).
pub trait Update: Mutation {
    /// What it changes.
    type Resource: Resource;
    /// The field that holds the resource, as errors name it: `partner`.
    const FIELD: &'static str;
    /// The resource as it is to be, and what of it counts.
    fn into_parts(self) -> (Self::Resource, Option<prost_types::FieldMask>);
}

/// A message that has a name and changes (AIP-121).
pub trait Resource: prost::Message + Default {
    /// Its full name (AIP-122).
    fn name(&self) -> &str;
    /// Says what this caller may do with it (BEY-7); a resource without verbs keeps nothing of it.
    fn explain(&mut self, actions: Vec<AllowedAction>);
}

/// A request for a page of a list (AIP-132, AIP-158).
pub trait Listing {
    /// Whose children to list; empty where the contract has no parent.
    fn parent(&self) -> &str;
    /// At most so many; 0 leaves it to the server.
    fn page_size(&self) -> i32;
    /// The token of the page before, or empty.
    fn page_token(&self) -> &str;
    /// Which of them (AIP-160).
    fn filter(&self) -> &str;
    /// In which order (AIP-132).
    fn order_by(&self) -> &str;
}

/// A message with texts in several languages, at any depth.
pub trait Localized {
    /// Calls `visit` with each text.
    fn texts(&mut self, visit: &mut dyn FnMut(&mut LocalizedText));
}

/// A message with fields that only its own partner, the person and coordinators may see.
pub trait Private {
    /// Clears those fields, at any depth.
    fn redact(&mut self);
}

/// Reaches the messages inside optional, repeated and mapped fields, for the generated code.
pub mod visit {
    /// The messages a field holds.
    pub trait Each {
        /// What they are.
        type Item;
        /// Calls `visit` with each.
        fn each(&mut self, visit: impl FnMut(&mut Self::Item));
    }

    impl<T> Each for Option<T> {
        type Item = T;
        fn each(&mut self, visit: impl FnMut(&mut T)) {
            self.iter_mut().for_each(visit);
        }
    }

    impl<T> Each for Vec<T> {
        type Item = T;
        fn each(&mut self, visit: impl FnMut(&mut T)) {
            self.iter_mut().for_each(visit);
        }
    }
}
