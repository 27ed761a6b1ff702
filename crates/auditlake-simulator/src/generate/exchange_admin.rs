//! Exchange cmdlets (schema page, "Exchange Admin schema"): record type 1.

use super::population::{Actor, DOMAIN, User};
use super::record::Record;
use super::scene::{Scene, pairs};

/// A cmdlet by a person.
pub(super) fn cmdlet(scene: &mut Scene<'_>) -> Record {
    let target = scene.anyone();
    let other = scene.anyone();
    let (upn, id) = (target.upn.as_str(), other.upn.as_str());
    let quota = format!("{} GB (107,374,182,400 bytes)", scene.number(50, 100));
    let (operation, parameters): (&str, Vec<(&str, &str)>) = match scene.number(0, 100) {
        0..35 => (
            "Set-Mailbox",
            vec![
                ("Identity", upn),
                ("ProhibitSendQuota", &quota),
                ("Force", "True"),
            ],
        ),
        35..50 => (
            "Set-User",
            vec![
                ("Identity", upn),
                ("Department", "Sales"),
                ("Office", "Köln"),
            ],
        ),
        50..60 => (
            "Set-MailboxAutoReplyConfiguration",
            vec![("Identity", upn), ("AutoReplyState", "Enabled")],
        ),
        60..66 => (
            "New-InboxRule",
            vec![
                ("Name", "Newsletters"),
                ("MoveToFolder", "Reading"),
                ("From", id),
            ],
        ),
        66..70 => (
            "Set-InboxRule",
            vec![("Identity", "Newsletters"), ("StopProcessingRules", "True")],
        ),
        70..76 => (
            "Add-DistributionGroupMember",
            vec![("Identity", "All staff"), ("Member", upn)],
        ),
        76..80 => (
            "New-DistributionGroup",
            vec![("Name", "Project team"), ("ManagedBy", id)],
        ),
        80..84 => (
            "Set-CASMailbox",
            vec![
                ("Identity", upn),
                ("ImapEnabled", "False"),
                ("PopEnabled", "False"),
            ],
        ),
        84..87 => (
            "New-TransportRule",
            vec![
                ("Name", "Disclaimer"),
                ("ApplyHtmlDisclaimerText", "<p>…</p>"),
            ],
        ),
        87..90 => (
            "Set-TransportConfig",
            vec![("ExternalPostmasterAddress", "postmaster@contoso.example")],
        ),
        90..94 => (
            "Set-CalendarProcessing",
            vec![("Identity", upn), ("AutomateProcessing", "AutoAccept")],
        ),
        94..97 => (
            "Remove-MailboxPermission",
            vec![
                ("Identity", upn),
                ("User", id),
                ("AccessRights", "FullAccess"),
            ],
        ),
        _ => (
            "Set-OwaMailboxPolicy",
            vec![("Identity", "OwaMailboxPolicy-Default"), ("Force", "True")],
        ),
    };
    let admin = scene.admin();
    by_user(scene, admin, operation, upn, &parameters)
}

/// A cmdlet by `user`, with its address and port.
pub(super) fn by_user(
    scene: &mut Scene<'_>,
    user: &User,
    operation: &str,
    object: &str,
    parameters: &[(&str, &str)],
) -> Record {
    let address = scene.address_with_port(user);
    let result = if scene.chance(0.03) { "False" } else { "True" };
    base(scene, operation, &user.by_puid().into_admin())
        .with("ResultStatus", result)
        .with("ObjectId", object)
        .with("ClientIP", address)
        .with("ExternalAccess", false)
        .with("SessionId", scene.session(user))
        .with("Parameters", pairs(parameters))
}

/// A cmdlet by Exchange itself: long parameters, no address.
pub(super) fn service_cmdlet(scene: &mut Scene<'_>) -> Record {
    const OPERATIONS: [&str; 6] = [
        "Set-Mailbox",
        "Set-TransportConfig",
        "New-ExchangeAssistanceConfig",
        "Install-DefaultSharingPolicy",
        "Set-TenantObjectVersion",
        "Set-AdminAuditLogConfig",
    ];
    let actor = "NT AUTHORITY\\SYSTEM (Microsoft.Exchange.ServiceHost)";
    let operation = *scene.shared_pick("operation", &OPERATIONS);
    let object = format!(
        "EURPR01A001.PROD.OUTLOOK.EXAMPLE/Microsoft Exchange Hosted Organizations/{DOMAIN}/Shard{{{}}}",
        scene.id_of("shard").to_uppercase()
    );
    let result = *scene.shared_pick("result", &["True", "true"]);
    base(scene, operation, &Actor::system(actor, 3, actor))
        .with("ResultStatus", result)
        .with("ObjectId", object.as_str())
        .with("ExternalAccess", true)
        .with(
            "Parameters",
            pairs(&[
                ("Identity", &object),
                ("RecoverableItemsQuota", "30 GB (32,212,254,720 bytes)"),
                (
                    "RecoverableItemsWarningQuota",
                    "20 GB (21,474,836,480 bytes)",
                ),
                ("ProhibitSendReceiveQuota", "100 GB (107,374,182,400 bytes)"),
                ("IssueWarningQuota", "90 GB (96,636,764,160 bytes)"),
                ("HiddenFromAddressListsEnabled", "True"),
                ("UseDatabaseQuotaDefaults", "False"),
                ("SCLDeleteEnabled", "False"),
                ("SCLRejectEnabled", "False"),
                ("SCLQuarantineEnabled", "False"),
                ("SCLJunkEnabled", "False"),
                ("Force", "True"),
            ]),
        )
}

fn base(scene: &mut Scene<'_>, operation: &str, actor: &Actor) -> Record {
    let server = scene
        .shared_pick("server", &scene.population.exchange_servers)
        .clone();
    Record::new(scene, operation, 1, "Exchange", actor)
        .with("AppId", "")
        .with("ClientAppId", "")
        .with("OrganizationName", DOMAIN)
        .with("OriginatingServer", server)
}
