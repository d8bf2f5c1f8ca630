//! Texts and the languages they are in.

use crate::activity::Narrative;
use crate::problem::{Problem, Severity};
use crate::walk::Element;

/// The languages of texts: an element's own, else the record's.
#[derive(Default)]
pub(crate) struct Languages {
    pub(crate) record: Option<String>,
    element: Option<String>,
    own: Option<String>,
    /// A code that is not lower case, to advise once.
    upper: Option<(String, u32)>,
}

impl Languages {
    pub(crate) fn open(&mut self, path: &[&'static str], element: &Element<'_>) {
        let written = element.get("xml:lang");
        if let Some(written) = written
            && self.upper.is_none()
            && written
                .split('-')
                .next()
                .is_some_and(|code| code.bytes().any(|byte| byte.is_ascii_uppercase()))
        {
            self.upper = Some((written.to_owned(), element.line));
        }
        let language = written.map(str::to_lowercase);
        match path.len() {
            1 => self.record = language,
            2 => self.element = language,
            _ => self.own = language,
        }
    }

    /// A narrative two levels below the record, if it says something.
    pub(crate) fn narrative(&mut self, text: &str) -> Option<Narrative> {
        let text = normal(text);
        let language = self.own.take().or_else(|| self.element.clone()).or_else(|| self.record.clone());
        (!text.is_empty()).then_some(Narrative { language, text })
    }

    pub(crate) fn advice(&self, problems: &mut Vec<Problem>) {
        if let Some((written, line)) = &self.upper {
            let lower = written.to_lowercase();
            let en = format!("language codes are written in lower case: {lower}; read as such");
            let fr = format!("les codes de langue s'écrivent en minuscules : {lower} ; lu ainsi");
            let problem = Problem::new(Severity::Advice, "LANGUAGE_CASE", *line, en, fr);
            problems.push(problem.at("@xml:lang").found(written));
        }
    }
}

/// One space between words, none around.
pub(crate) fn normal(text: &str) -> String {
    let mut normal = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !normal.is_empty() {
            normal.push(' ');
        }
        normal.push_str(word);
    }
    normal
}
