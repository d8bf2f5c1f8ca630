//! A spreadsheet is made: filled in with what is known, open only where something is asked for.

use chassis::say::Language;
use proto::projects as pb;
use proto::projects::indicator_value::Kind;
use rust_decimal::Decimal;
use sheet::{Book, Check, Choice, Content, Line as Row, Page, Slot, Style};

use super::super::ground::Ground;
use super::super::row::Model;
use super::line::{self, Figures, Line};
use super::meta::{FORMAT, Meta};
use super::story;
use super::words::{self, COLUMNS, Column, Pair, index, said};

/// The row of the heads, from 0: above it stand the title and how to fill in.
pub(super) const HEADS: u32 = 2;

/// What a spreadsheet is made of.
pub(super) struct Ask<'a> {
    pub(super) ground: &'a Ground,
    pub(super) report: Option<&'a Model>,
    pub(super) language: Language,
    /// Tells this spreadsheet from others.
    pub(super) id: String,
    /// When it is made, for people.
    pub(super) issued: String,
}

impl Ask<'_> {
    /// What the spreadsheet remembers.
    pub(super) fn meta(&self, lines: &[Line<'_>]) -> Meta {
        let now = self.report.map_or_else(Figures::none, Figures::of);
        let row =
            |line: &Line<'_>| (line.key.clone(), line.within(&now).map(line::written).unwrap_or_default());
        Meta {
            format: FORMAT.to_owned(),
            template: self.id.clone(),
            project: self.ground.project.name.clone(),
            reporting_period: self.period().to_owned(),
            language: self.language,
            issued: self.issued.clone(),
            etag: self.report.map(|report| chassis::store::etag(report.revision)).unwrap_or_default(),
            rows: lines.iter().map(row).collect(),
        }
    }

    pub(super) fn period(&self) -> &str {
        self.ground.period.as_ref().map_or("", |period| period.name.as_str())
    }

    fn said(&self, pair: Pair) -> String {
        said(pair, self.language).to_owned()
    }

    /// What the report is about, in one line.
    pub(super) fn title(&self) -> String {
        let period = self.ground.period.as_ref().map(|period| words::shown(&period.title, self.language));
        let project = words::shown(&self.ground.project.title, self.language);
        format!("{} — {project}", period.unwrap_or_default())
    }

    /// The XLSX file.
    pub(super) fn book(&self) -> Book {
        let lines = line::lines(self.ground, self.report);
        let pages = vec![
            self.readme(&lines),
            self.values(&lines),
            story::page(self.report, &self.title(), self.language),
            story::lists(self.language),
            self.meta(&lines).page(),
        ];
        Book { title: self.title(), pages }
    }

    fn readme(&self, lines: &[Line<'_>]) -> Page {
        let count = lines.iter().filter(|line| line.is_total()).count();
        let period = self.ground.period.as_ref();
        let (due, lock) =
            (period.map(|period| period.due.to_string()), period.map(|period| period.lock.to_string()));
        let (due, lock) = (due.unwrap_or_default(), lock.unwrap_or_default());
        let texts: [(Pair, String); 5] = [
            (
                ("To do", "À faire"),
                match self.language {
                    Language::En => format!("Fill in the yellow cells of the sheets Report ({count} indicators) and Story, save the file, and send it. Nothing else needs to be touched; rows may be sorted and filtered."),
                    Language::Fr => format!("Remplissez les cellules jaunes des feuilles Rapport ({count} indicateurs) et Récit, enregistrez le fichier et envoyez-le. Rien d'autre n'est à toucher ; les lignes peuvent être triées et filtrées."),
                },
            ),
            (
                ("Until", "Échéance"),
                match self.language {
                    Language::En => format!("{due}. Reports are taken until {lock}."),
                    Language::Fr => format!("{due}. Les rapports sont reçus jusqu'au {lock}."),
                },
            ),
            (
                ("Values", "Valeurs"),
                self.said((
                    "What happened in this period only. 0 is a value; an empty cell is none. Write n/a where there is no value, and why in the column beside. A share has two cells: how many, out of how many. The lines of a breakdown add up to their total.",
                    "Ce qui s'est passé sur cette période seulement. 0 est une valeur ; une cellule vide n'en est pas une. Écrivez n/d s'il n'y a pas de valeur, et pourquoi dans la colonne voisine. Un ratio a deux cellules : combien, sur combien. Les lignes d'une ventilation totalisent leur total.",
                )),
            ),
            (
                ("Sending", "Envoi"),
                self.said((
                    "The file is checked first: you see what is wrong, cell by cell, before anything is saved. Sending the same file twice does no harm. Questions: ask the coordination of your network.",
                    "Le fichier est d'abord vérifié : vous voyez ce qui ne va pas, cellule par cellule, avant tout enregistrement. Envoyer deux fois le même fichier est sans effet. Une question ? Adressez-vous à la coordination de votre réseau.",
                )),
            ),
            (
                ("People", "Personnes"),
                self.said((
                    "Write no names, e-mail addresses or telephone numbers of people: only numbers and what happened.",
                    "N'écrivez ni nom, ni adresse électronique, ni numéro de téléphone de personnes : seulement des nombres et des faits.",
                )),
            ),
        ];
        let row = |(head, text): (Pair, String)| Row {
            slots: vec![Slot::text(Style::Group, self.said(head)), Slot::text(Style::Plain, text)],
            height: 4,
        };
        let title = Row { slots: vec![Slot::text(Style::Title, self.title())], height: 0 };
        Page {
            name: self.said(words::README),
            tab: Some(0x1F3A5F),
            protected: true,
            columns: [18.0, 110.0].map(|width| sheet::Column { width, hidden: false }).to_vec(),
            lines: std::iter::once(title).chain(texts.into_iter().map(row)).collect(),
            ..Page::default()
        }
    }

    fn values(&self, lines: &[Line<'_>]) -> Page {
        let now = self.report.map_or_else(Figures::none, Figures::of);
        let past = line::past(self.ground);
        let how = self.said((
            "Fill in the yellow cells. n/a where there is no value, and why beside it.",
            "Remplissez les cellules jaunes. n/d s'il n'y a pas de valeur, et pourquoi à côté.",
        ));
        let above = [Slot::text(Style::Title, self.title()), Slot::text(Style::Remark, how)];
        let above = above.map(|slot| Row { slots: vec![Slot::default(), slot], height: 0 });
        let heads = COLUMNS.iter().map(|(_, head, _)| Slot::text(Style::Heading, self.said(*head))).collect();
        let first = HEADS + 1;
        let rows = (first..).zip(lines).map(|(row, line)| self.row(row, line, &now, &past));
        let rows: Vec<Row> = above.into_iter().chain([Row { slots: heads, height: 0 }]).chain(rows).collect();
        let column = |(column, _, width): &(Column, Pair, f64)| sheet::Column {
            width: *width,
            hidden: *column == Column::Key,
        };
        Page {
            name: self.said(words::REPORT),
            tab: Some(0xF9A825),
            protected: true,
            columns: COLUMNS.iter().map(column).collect(),
            lines: rows,
            headings: Some((HEADS, index(Column::Breakdown) + 1)),
            checks: self.checks(lines, first),
            ..Page::default()
        }
    }

    fn row(&self, row: u32, line: &Line<'_>, now: &Figures<'_>, past: &[Figures<'_>]) -> Row {
        let shown = |value: Option<&pb::IndicatorValue>| Slot {
            content: value.map_or(Content::Empty, known),
            style: Style::Known,
        };
        let (value, of) = self.inputs(line, now);
        let figure = now.get(line.promise).filter(|_| line.is_total());
        let comment = figure.map(|figure| match figure.no_value_reason.as_str() {
            "" => figure.comment.clone(),
            reason => reason.to_owned(),
        });
        let comment = match (line.is_total(), comment.filter(|comment| !comment.is_empty())) {
            (false, _) => Slot::empty(Style::Closed),
            (true, None) => Slot::empty(Style::Input),
            (true, Some(comment)) => Slot::text(Style::Input, comment),
        };
        let slots = COLUMNS.iter().map(|(column, ..)| match column {
            Column::Key => Slot::text(Style::Plain, line.key.clone()),
            Column::Indicator => Slot::text(Style::Known, line.title(self.language)),
            Column::Breakdown => Slot::text(Style::Known, line.part(self.language)),
            Column::Unit => Slot::text(Style::Known, line.unit()),
            Column::Baseline => shown(line.baseline()),
            Column::Target => shown(line.target(self.ground)),
            Column::Last => shown(line.last(past)),
            Column::Value => value.clone(),
            Column::Of => of.clone(),
            Column::Comment => comment.clone(),
            Column::Status => self.status(row, line, value.content != Content::Empty),
        });
        Row { slots: slots.collect(), height: 0 }
    }

    /// The cells to fill in, with what is there.
    pub(super) fn inputs(&self, line: &Line<'_>, now: &Figures<'_>) -> (Slot, Slot) {
        let input = |content| Slot { content, style: Style::Input };
        let ratio = line.promise.meaning().ratio;
        let unavailable = now.get(line.promise).is_some_and(|figure| !figure.no_value_reason.is_empty());
        let value = match line.within(now).and_then(|value| value.kind.as_ref()) {
            Some(Kind::Ratio(share)) => number(&share.numerator),
            Some(Kind::Decimal(decimal)) => number(&decimal.value),
            Some(Kind::Text(text)) => Content::Text(text.clone()),
            None if unavailable && line.is_total() => Content::Text(self.said(words::NOT_AVAILABLE)),
            None => Content::Empty,
        };
        let of = match line.within(now).and_then(|value| value.kind.as_ref()) {
            Some(Kind::Ratio(share)) => input(number(&share.denominator)),
            _ if ratio => input(Content::Empty),
            _ => Slot::empty(Style::Closed),
        };
        (input(value), of)
    }

    /// How far the row is, kept by the spreadsheet program itself.
    fn status(&self, row: u32, line: &Line<'_>, filled: bool) -> Slot {
        let cell = |column| sheet::place("", row, index(column).into());
        let (value, comment) = (cell(Column::Value), cell(Column::Comment));
        let [to_do, done, none, why] = [
            ("to fill in", "à remplir"),
            ("filled in", "rempli"),
            ("not available", "non disponible"),
            ("why?", "motif ?"),
        ]
        .map(|pair| said(pair, self.language));
        let empty = if line.is_total() { to_do } else { "–" };
        let unavailable = format!(r#"OR(LOWER({value})="n/d",LOWER({value})="n/a")"#);
        let reason = if line.is_total() {
            format!(r#"IF({comment}="","{why}","{none}")"#)
        } else {
            format!(r#""{none}""#)
        };
        let formula = format!(r#"=IF({value}="","{empty}",IF({unavailable},{reason},"{done}"))"#);
        let now = if filled { done } else { empty };
        Slot { content: Content::Formula(formula, now.to_owned()), style: Style::Known }
    }

    /// Hints to the cells, one for the rows of an indicator together.
    fn checks(&self, lines: &[Line<'_>], first: u32) -> Vec<Check> {
        let mut checks = Vec::new();
        let mut row = first;
        for group in lines.chunk_by(|one, other| one.promise.name == other.promise.name) {
            let last = row + u32::try_from(group.len()).unwrap_or_default() - 1;
            let (line, meaning) = (&group[0], group[0].promise.meaning());
            let (title, hint) = (line.title(self.language), line.definition(self.language));
            let choice = if meaning.is_qualitative() { Choice::Anything } else { Choice::Number };
            let mut check = |column, choice, hint: String| {
                checks.push(Check {
                    column: index(column),
                    first: row,
                    last,
                    choice,
                    title: title.clone(),
                    hint,
                });
            };
            check(Column::Value, choice.clone(), hint.clone());
            if meaning.ratio {
                let hint = self.said(("Out of how many?", "Sur combien ?"));
                check(Column::Of, choice, hint);
            }
            row = last + 1;
        }
        checks
    }
}

/// A value that is only shown: of a share, both terms.
pub(super) fn known(value: &pb::IndicatorValue) -> Content {
    match &value.kind {
        Some(Kind::Decimal(decimal)) => number(&decimal.value),
        Some(Kind::Ratio(share)) => Content::Text(format!("{} / {}", share.numerator, share.denominator)),
        Some(Kind::Text(text)) => Content::Text(text.clone()),
        None => Content::Empty,
    }
}

fn number(digits: &str) -> Content {
    digits.parse::<Decimal>().map_or_else(|_| Content::Text(digits.to_owned()), Content::Number)
}
