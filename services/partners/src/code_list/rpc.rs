//! The conversation about code lists: everyone may read them.

use chassis::{Error, Reply};
use proto::partners as pb;
use proto::partners::reference_data_service_server::{ReferenceDataService, ReferenceDataServiceServer};
use tonic::{Request, Response};

use super::lists::{self, Code, Label, List};

/// Answers for the code lists.
pub struct CodeLists;

/// The service, to be mounted.
pub fn service() -> ReferenceDataServiceServer<CodeLists> {
    ReferenceDataServiceServer::new(CodeLists)
}

#[tonic::async_trait]
impl ReferenceDataService for CodeLists {
    async fn list_code_lists(
        &self,
        _: Request<pb::ListCodeListsRequest>,
    ) -> Reply<pb::ListCodeListsResponse> {
        let code_lists = lists::all().map(without_codes).collect();
        Ok(Response::new(pb::ListCodeListsResponse { code_lists }))
    }

    async fn get_code_list(&self, request: Request<pb::GetCodeListRequest>) -> Reply<pb::CodeList> {
        let name = request.into_inner().name;
        let list = lists::named(&name).ok_or_else(|| Error::not_found(name))?;
        Ok(Response::new(list.into()))
    }
}

fn without_codes(list: &List) -> pb::CodeList {
    pb::CodeList {
        name: list.name.to_owned(),
        code: list.code.to_owned(),
        title: Some((&list.title).into()),
        source: list.source.to_owned(),
        open: list.open,
        codes: Vec::new(),
        code_count: i32::try_from(list.codes.len()).unwrap_or(i32::MAX),
        category_list: list.category_list.to_owned(),
    }
}

impl From<&List> for pb::CodeList {
    fn from(list: &List) -> Self {
        Self { codes: list.codes.iter().map(pb::Code::from).collect(), ..without_codes(list) }
    }
}

impl From<&Code> for pb::Code {
    fn from(code: &Code) -> Self {
        Self {
            code: code.code.to_owned(),
            title: Some((&code.title).into()),
            category: code.category.to_owned(),
            withdrawn: code.withdrawn,
            attributes: code
                .attributes
                .iter()
                .map(|(name, value)| ((*name).into(), (*value).into()))
                .collect(),
        }
    }
}

impl From<&Label> for pb::BilingualText {
    fn from(label: &Label) -> Self {
        let origin = if label.ours { pb::bilingual_text::Origin::Ours } else { Default::default() };
        Self { en: label.en.to_owned(), fr: label.fr.to_owned(), fr_origin: origin.into() }
    }
}
