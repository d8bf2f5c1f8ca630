//! Stories of partners.

mod actions;
pub(crate) mod agreement;
pub(crate) mod commitment;
mod duplicates;
mod feed;
pub(crate) mod grants;
pub(crate) mod health_check;
mod knowledge;
mod listed;
mod lists;
mod partnership;
mod places;
mod register;
mod slow;

use proto::partners as pb;

use crate::caller::{Caller, done};

/// A verb of the lifecycle, by its name.
async fn take(
    caller: &Caller,
    verb: &str,
    name: &str,
    validate_only: bool,
) -> Result<tonic::Response<pb::Partner>, tonic::Status> {
    let (name, reason) = (name.to_owned(), "Because.".to_owned());
    let mut partners = caller.partners();
    match verb {
        "ApprovePartner" => {
            partners
                .approve_partner(pb::ApprovePartnerRequest { name, validate_only, ..Default::default() })
                .await
        }
        "RejectPartner" => {
            partners
                .reject_partner(pb::RejectPartnerRequest {
                    name,
                    reason,
                    validate_only,
                    ..Default::default()
                })
                .await
        }
        "SuspendPartner" => {
            partners
                .suspend_partner(pb::SuspendPartnerRequest {
                    name,
                    reason,
                    validate_only,
                    ..Default::default()
                })
                .await
        }
        "ReinstatePartner" => {
            partners
                .reinstate_partner(pb::ReinstatePartnerRequest { name, validate_only, ..Default::default() })
                .await
        }
        "ArchivePartner" => {
            partners
                .archive_partner(pb::ArchivePartnerRequest { name, validate_only, ..Default::default() })
                .await
        }
        other => panic!("{other} is no verb of a partner"),
    }
}

/// A partner as someone reads it.
async fn read(caller: &Caller, name: &str) -> pb::Partner {
    done(caller.partners().get_partner(pb::GetPartnerRequest { name: name.to_owned() }).await)
}

/// A change of the fields that the paths name.
fn change(partner: pb::Partner, paths: &[&str]) -> pb::UpdatePartnerRequest {
    let paths = paths.iter().map(|path| (*path).to_owned()).collect();
    pb::UpdatePartnerRequest {
        partner: Some(partner),
        update_mask: Some(prost_types::FieldMask { paths }),
        ..Default::default()
    }
}
