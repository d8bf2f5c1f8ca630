//! The table `dataset_revision`: a dataset's entry as it was published at one time, facing its message.

chassis::revisions!(
    "dataset_revision": dataset as proto::projects::Dataset,
    proto::projects::DatasetRevision,
    "projects",
    "datasets/{dataset}/datasetRevisions/{dataset_revision}",
    |dataset| &dataset.publisher
);
