//! What the contract says of people (domain §8).

use prost_reflect::FieldDescriptor;

/// Which people are, or how they are reached.
const OF_PEOPLE: [&str; 5] = ["email", "phone", "given_name", "family_name", "special_needs"];
/// Whose addresses are no person's: what is asked of the one who writes, or published by an organisation.
const ASKED: [&str; 2] = ["Request", "Grant"];

fn fields() -> impl Iterator<Item = FieldDescriptor> {
    let ours = proto::pool().all_messages().filter(|message| message.full_name().starts_with("ensemble."));
    ours.flat_map(|message| message.fields().collect::<Vec<_>>())
}

/// Private fields stand in no event and no trail.
#[test]
fn gdp_5_what_reaches_people_is_in_no_event() {
    let visibility = proto::pool().get_extension_by_name("ensemble.auth.v1.visibility").unwrap();
    let private = |field: &FieldDescriptor| {
        field.options().get_extension(&visibility).as_enum_number().unwrap_or_default() != 0
    };
    let asked =
        |field: &FieldDescriptor| ASKED.iter().any(|end| field.parent_message().name().ends_with(end));
    // What stands in private fields alone goes with them.
    let inside = |field: &FieldDescriptor| {
        let mut uses = fields()
            .filter(|outer| outer.kind().as_message().is_some_and(|inner| inner == field.parent_message()));
        uses.next().is_some_and(|first| private(&first)) && uses.all(|outer| private(&outer))
    };
    let told: Vec<String> = fields()
        .filter(|field| {
            OF_PEOPLE.contains(&field.name()) && !asked(field) && !private(field) && !inside(field)
        })
        .map(|field| field.full_name().to_owned())
        .collect();
    assert!(told.is_empty(), "{told:?}");
    assert!(fields().filter(|field| OF_PEOPLE.contains(&field.name()) && private(field)).count() >= 5);
}

#[test]
fn gdp_6_nobody_is_asked_when_they_were_born() {
    let born = |name: &str| {
        name.contains("birth") || name.split('_').any(|word| word == "age") && name != "age_band"
    };
    let asked: Vec<String> =
        fields().filter(|field| born(field.name())).map(|field| field.full_name().to_owned()).collect();
    assert!(asked.is_empty(), "{asked:?}");
}
