//! Which kinds of records there are, in which feed, and how many of each.

use rand::Rng;

use super::record::Record;
use super::scene::Scene;
use super::{
    collaboration, compliance, copilot, defender, dlp, entra_directory, entra_signin,
    exchange_admin, exchange_mailbox, labels, odd, power_platform, sharepoint, sharepoint_sites,
    teams,
};
use crate::ContentType;
use ContentType::{AzureActiveDirectory, Dlp, Exchange, General, SharePoint};

/// A kind of record: its feed, its share in a week (of 10,000, about), and how one is made.
type Family = (ContentType, u32, fn(&mut Scene<'_>) -> Record);

const FAMILIES: [Family; 41] = [
    (SharePoint, 3000, sharepoint::file),
    (SharePoint, 130, sharepoint::folder),
    (SharePoint, 200, sharepoint::sync),
    (SharePoint, 120, sharepoint_sites::sharing),
    (SharePoint, 80, sharepoint_sites::list),
    (SharePoint, 60, sharepoint_sites::page),
    (SharePoint, 20, sharepoint_sites::site_admin),
    (Exchange, 1250, exchange_mailbox::item),
    (Exchange, 250, exchange_mailbox::group),
    (Exchange, 480, exchange_mailbox::aggregated),
    (Exchange, 250, exchange_admin::cmdlet),
    (Exchange, 500, exchange_admin::service_cmdlet),
    (Exchange, 15, labels::mip_label),
    (Exchange, 4, labels::message_portal),
    (AzureActiveDirectory, 1750, entra_signin::sign_in),
    (AzureActiveDirectory, 30, entra_signin::account_logon),
    (AzureActiveDirectory, 560, entra_directory::change),
    (Dlp, 170, dlp::exchange),
    (Dlp, 130, dlp::sharepoint),
    (Dlp, 60, dlp::endpoint),
    (Dlp, 20, dlp::teams),
    (General, 900, teams::activity),
    (General, 30, teams::admin),
    (General, 50, compliance::cmdlet),
    (General, 40, compliance::insight),
    (General, 40, compliance::alert),
    (General, 12, compliance::discovery),
    (General, 50, defender::mail),
    (General, 25, defender::url_click),
    (General, 8, defender::file),
    (General, 5, defender::investigation),
    (General, 12, defender::quarantine),
    (General, 5, defender::submission),
    (General, 6, defender::cloud_app_alert),
    (General, 55, power_platform::power_bi),
    (General, 40, power_platform::apps_and_flows),
    (General, 20, power_platform::dynamics),
    (General, 45, copilot::interaction),
    (General, 60, collaboration::activity),
    (General, 30, labels::aip),
    (General, 14, odd::unknown),
];

/// How many of the records made together are of the kind that was drawn for all of them.
const TOGETHER_SHARE: f64 = 0.7;

/// How many of `records` each feed has: together exactly that many.
pub(super) fn shares(records: usize) -> Vec<(ContentType, usize)> {
    let total: usize = FAMILIES.iter().map(|family| family.1 as usize).sum();
    let mut shares: Vec<_> = ContentType::ALL
        .into_iter()
        .map(|content_type| (content_type, records * weight(content_type) / total))
        .collect();
    let rounded: usize = shares.iter().map(|(_, count)| count).sum();
    // What rounding left goes to the biggest feed.
    if let Some(share) = shares
        .iter_mut()
        .find(|(content_type, _)| *content_type == SharePoint)
    {
        share.1 += records - rounded;
    }
    shares
}

/// One record of a feed.
pub(super) fn record(content_type: ContentType, scene: &mut Scene<'_>) -> Record {
    let weight = i64::try_from(weight(content_type)).unwrap_or(i64::MAX);
    // Who shares one thing shares the next: records made together are mostly of one kind.
    let mut drawn = if scene.chance(TOGETHER_SHARE) {
        scene.shared("family").random_range(0..weight)
    } else {
        scene.number(0, weight)
    };
    let family = FAMILIES
        .iter()
        .filter(|family| family.0 == content_type)
        .find(|family| {
            drawn -= i64::from(family.1);
            drawn < 0
        });
    let make = family.map_or(odd::unknown as fn(&mut Scene<'_>) -> Record, |family| {
        family.2
    });
    odd::sometimes(make(scene), scene)
}

fn weight(content_type: ContentType) -> usize {
    FAMILIES
        .iter()
        .filter(|family| family.0 == content_type)
        .map(|family| family.1 as usize)
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_add_up() {
        for records in [0, 1, 7, 1000, 20_000] {
            assert_eq!(
                shares(records).iter().map(|share| share.1).sum::<usize>(),
                records
            );
        }
    }
}
