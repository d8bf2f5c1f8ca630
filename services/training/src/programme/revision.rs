//! The table `programme_revision`: a programme as it was published at one time (TRN-2), facing its message.

chassis::revisions!(
    "programme_revision": programme as proto::training::Programme,
    proto::training::ProgrammeRevision,
    "training",
    "programmes/{programme}/programmeRevisions/{programme_revision}",
    |programme| programme.providers.first().map_or("", String::as_str)
);
