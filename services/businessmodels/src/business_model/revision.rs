//! The table `business_model_revision`: a model as it was published at one time (BM-6), facing its message.

chassis::revisions!(
    "business_model_revision": business_model as proto::businessmodels::BusinessModel,
    proto::businessmodels::BusinessModelRevision,
    "businessmodels",
    "businessModels/{business_model}/businessModelRevisions/{business_model_revision}",
    |model| &model.owner_partner
);
