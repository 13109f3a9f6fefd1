//! The people that the demo companies look after: two branches of a region, some who came there, and
//! what is applied for on their behalf.

use super::fill::Fill;
use crate::authz::Role;
use crate::base::money::Money;
use crate::error::Result;
use crate::tenant::branches::{self, BranchId, NewBranch};
use crate::tenant::cases::{self, NewCase};
use crate::tenant::clients::{self, Client, NewClient};
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

/// Adds the branches, the tags, the people and their cases.
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
        let client = clients::service::insert(tx, &new, &mark, owner, fill.moment(-at - 1)).await?;
        if even {
            add_case(fill, &client, visa, ends).await?;
        }
    }
    Ok(())
}

/// Adds the extension of a client's visa, to be filed two weeks before it ends.
async fn add_case(fill: &Fill<'_>, client: &Client, visa: &str, ends: i64) -> Result<()> {
    let new = NewCase {
        client_id: client.id,
        title: format!("Extension for {}", client.full_name),
        description: String::new(),
        case_type: Some(visa.to_owned()),
        country: Some("GB".to_owned()),
        reference: None,
        stage_id: None,
        assigned_to: client.assigned_to,
        file_by: Some(fill.day(ends - 14)),
        filed_on: None,
        respond_by: None,
        decided_on: None,
        fee: Some(Money { amount: 885.into(), currency: "GBP".to_owned() }),
    };
    let owner = fill.user(Some(Role::Owner));
    cases::service::insert(fill.tx, &new, owner, fill.now).await?;
    Ok(())
}
