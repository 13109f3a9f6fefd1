//! The people that the demo companies look after: two branches of a region, and some who came there.

use super::fill::Fill;
use crate::authz::Role;
use crate::error::Result;
use crate::tenant::branches::{self, BranchId, NewBranch};
use crate::tenant::clients::{self, NewClient};
use crate::tenant::regions::{self, NewRegion};
use crate::tenant::tags::{self, NewTag, TagId};

/// First and last name, nationality, kind of visa, and in how many days it ends.
const PEOPLE: [(&str, &str, &str, &str, i64); 8] = [
    ("Amara", "Okonkwo", "NG", "Skilled worker", 41),
    ("Jun", "Tanaka", "JP", "Student", 12),
    ("Sofia", "Marques", "BR", "Family reunion", 210),
    ("Dmytro", "Shevchenko", "UA", "Temporary protection", 98),
    ("Leila", "Haddad", "LB", "Skilled worker", 365),
    ("Tomás", "Herrera", "MX", "Visitor", 5),
    ("Priya", "Raman", "IN", "Intra-company transfer", 154),
    ("Minh", "Nguyen", "VN", "Student", 73),
];

/// Adds the branches, the tags and the people.
pub(super) async fn add(fill: &Fill<'_>) -> Result<()> {
    let (tx, now, owner) = (fill.tx, fill.now, fill.user(Some(Role::Owner)));
    let north = NewRegion { name: "North".to_owned(), code: "NORTH".to_owned() };
    let north = regions::service::insert(tx, &north, owner, now).await?.id;
    let mut places: Vec<BranchId> = vec![];
    for (name, code) in [("Harbour", "HARBOUR"), ("Station", "STATION")] {
        let new = NewBranch {
            region_id: Some(north),
            name: name.to_owned(),
            code: code.to_owned(),
            address: String::new(),
            phone: None,
            email: None,
            time_zone: None,
        };
        places.push(branches::service::insert(tx, &new, owner, now).await?.id);
    }
    let mut marks: Vec<TagId> = vec![];
    for (name, colour) in [("urgent", "#dc2626"), ("family", "#16a34a")] {
        let new = NewTag { name: name.to_owned(), colour: colour.to_owned() };
        marks.push(tags::service::insert(tx, &new, owner, now).await?.id);
    }
    for (at, (first, last, country, visa, ends)) in (0_i64..).zip(PEOPLE) {
        let even = at % 2 == 0;
        let new = NewClient {
            first_name: first.to_owned(),
            last_name: last.to_owned(),
            email: Some(format!("{}@example.org", last.to_lowercase())),
            nationality: Some(country.to_owned()),
            visa_type: Some(visa.to_owned()),
            visa_expires_on: Some(fill.day(ends)),
            assigned_to: fill.user(Some(if even { Role::Member } else { Role::Manager })),
            branch_id: places.get(usize::from(!even)).copied(),
            ..NewClient::default()
        };
        let mark = if ends < 60 { marks.first() } else { None };
        let mark: Vec<TagId> = mark.into_iter().copied().collect();
        clients::service::insert(tx, &new, &mark, owner, fill.moment(-at - 1)).await?;
    }
    Ok(())
}
