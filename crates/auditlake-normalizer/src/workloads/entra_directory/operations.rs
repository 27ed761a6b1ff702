//! Class and activity of every change of the directory by its name.

use crate::class::{ACCOUNT_CHANGE, ENTITY_MANAGEMENT, GROUP_MANAGEMENT, USER_ACCESS};
use crate::workloads::activity::OTHER;
use crate::workloads::{Operation, op};

#[rustfmt::skip]
pub(super) const OPERATIONS: &[Operation] = &[
    // Users
    op(&["Add user"], &ACCOUNT_CHANGE, 1),
    op(&["Invite external user", "Invite external user with reset invitation status", "Invite internal user to B2B collaboration", "Redeem external user invite", "Viral user creation"], &ACCOUNT_CHANGE, 1),
    op(&["Delete user", "Hard Delete user"], &ACCOUNT_CHANGE, 6),
    op(&["Restore user"], &ACCOUNT_CHANGE, OTHER),
    op(&["Enable account"], &ACCOUNT_CHANGE, 2),
    op(&["Disable account"], &ACCOUNT_CHANGE, 5),
    op(&["Change user password", "Change password (self-service)"], &ACCOUNT_CHANGE, 3),
    op(&["Reset user password", "Reset password", "Reset password (self-service)", "Reset password (by admin)"], &ACCOUNT_CHANGE, 4),
    op(&["Unlock user account (self-service)"], &ACCOUNT_CHANGE, 12),
    op(&["Set force change user password", "Change user license", "Set license properties", "Convert federated user to managed"], &ACCOUNT_CHANGE, OTHER),
    op(&["Enable Strong Authentication", "User registered security info", "User registered all required security info", "Admin registered security info", "Add users strong authentication phone app detail"], &ACCOUNT_CHANGE, 10),
    op(&["Disable Strong Authentication", "User deleted security info", "Admin deleted security info", "Remove users strong authentication phone app detail"], &ACCOUNT_CHANGE, 11).sensitive(),
    op(&["User changed default security info", "Admin updated security info", "Suspicious activity reported", "Create application password for user"], &ACCOUNT_CHANGE, OTHER).sensitive(),
    op(&["Update StsRefreshTokenValidFrom Timestamp", "Delete application password for user", "User reviewed security info", "User started security info registration", "User cancelled security info registration"], &ACCOUNT_CHANGE, OTHER),
    op(&["Update user", "Set user manager"], &ENTITY_MANAGEMENT, 3),
    // Groups
    op(&["Add group"], &GROUP_MANAGEMENT, 6),
    op(&["Delete group", "Hard Delete group"], &GROUP_MANAGEMENT, 5),
    op(&["Update group", "Restore group", "Set group license", "Set group managed by", "Set group to be managed by user", "Assign label to group", "Remove label from group", "Update group settings"], &ENTITY_MANAGEMENT, 3),
    op(&["Create group settings"], &ENTITY_MANAGEMENT, 1),
    op(&["Delete group settings"], &ENTITY_MANAGEMENT, 4),
    op(&["Add member to group"], &GROUP_MANAGEMENT, 3),
    op(&["Remove member from group"], &GROUP_MANAGEMENT, 4),
    op(&["Add owner to group", "Add eligible owner to group"], &USER_ACCESS, 1),
    op(&["Remove owner from group"], &USER_ACCESS, 2),
    op(&["Add app role assignment to group"], &GROUP_MANAGEMENT, 1),
    op(&["Remove app role assignment from group"], &GROUP_MANAGEMENT, 2),
    // Administrative units
    op(&["Add administrative unit"], &ENTITY_MANAGEMENT, 1),
    op(&["Update administrative unit", "Restore administrative unit", "Add member to administrative unit", "Remove member from administrative unit"], &ENTITY_MANAGEMENT, 3),
    op(&["Delete administrative unit", "Hard Delete administrative unit"], &ENTITY_MANAGEMENT, 4),
    // Roles, for good and by Privileged Identity Management
    op(&["Add member to role", "Add eligible member to role", "Add scoped member to role", "Add role assignment to role definition", "Add member to role scoped over Restricted Management Administrative Unit"], &USER_ACCESS, 1).sensitive(),
    op(&["Add member to role completed (PIM activation)", "Add member to role in PIM completed (permanent)", "Add member to role in PIM completed (timebound)", "Add eligible member to role in PIM completed (permanent)", "Add eligible member to role in PIM completed (timebound)"], &USER_ACCESS, 1).sensitive(),
    op(&["Remove member from role", "Remove eligible member from role", "Remove scoped member from role", "Remove role assignment from role definition", "Remove permanent eligible role assignment", "Remove permanent direct role assignment"], &USER_ACCESS, 2).sensitive(),
    op(&["Remove member from role completed (PIM deactivate)", "Remove member from role (PIM activation expired)", "Remove member from role in PIM completed (permanent)", "Remove member from role in PIM completed (timebound)", "Remove eligible member from role in PIM completed (permanent)", "Remove eligible member from role in PIM completed (timebound)"], &USER_ACCESS, 2).sensitive(),
    op(&["Add member to role requested (PIM activation)", "Add member to role approval requested (PIM activation)", "Add member to role request approved (PIM activation)", "Add member to role request denied (PIM activation)", "Add member to role request canceled (PIM activation)"], &USER_ACCESS, OTHER).sensitive(),
    op(&["Add role definition"], &ENTITY_MANAGEMENT, 1),
    op(&["Update role", "Update role definition", "Update role setting in PIM"], &ENTITY_MANAGEMENT, 3).sensitive(),
    op(&["Delete role definition"], &ENTITY_MANAGEMENT, 4),
    op(&["Disable PIM alert"], &ENTITY_MANAGEMENT, 9).sensitive(),
    // Consent and grants
    op(&["Consent to application"], &USER_ACCESS, 1).sensitive(),
    op(&["Add delegated permission grant", "Add OAuth2PermissionGrant"], &USER_ACCESS, 1).sensitive(),
    op(&["Remove delegated permission grant", "Revoke consent"], &USER_ACCESS, 2),
    op(&["Add app role assignment to service principal", "Add app role assignment grant to user"], &USER_ACCESS, 1).sensitive(),
    op(&["Remove app role assignment from service principal", "Remove app role assignment from user", "Add a deletion-marked app role assignment grant to service principal as part of link removal"], &USER_ACCESS, 2),
    op(&["Add delegation entry", "Set delegation entry"], &USER_ACCESS, 1),
    op(&["Remove delegation entry"], &USER_ACCESS, 2),
    // Access packages and access reviews
    op(&["Administrator directly assigns user to access package", "Fulfill access package assignment request", "Fulfill access package resource assignment"], &USER_ACCESS, 1),
    op(&["Administrator directly removes user access package assignment", "Remove access package resource assignment"], &USER_ACCESS, 2),
    op(&["Add Entitlement Management role assignment"], &USER_ACCESS, 1).sensitive(),
    op(&["Remove Entitlement Management role assignment"], &USER_ACCESS, 2),
    op(&["Create access package", "Create access package assignment policy", "Create access package catalog", "Create connected organization", "User requests access package assignment", "Entitlement Management creates access package assignment request for user"], &ENTITY_MANAGEMENT, 1),
    op(&["Update access package", "Update access package assignment policy", "Update access package catalog", "Update connected organization", "Approve access package assignment request", "Auto approve access package assignment request", "Deny access package assignment request", "Cancel access package assignment request", "Extend access package assignment"], &ENTITY_MANAGEMENT, 3),
    op(&["Delete access package", "Delete access package assignment policy", "Delete access package catalog", "Delete connected organization"], &ENTITY_MANAGEMENT, 4),
    op(&["Create access review"], &ENTITY_MANAGEMENT, 1),
    op(&["Update access review", "Access review ended", "Apply access review", "Apply review decision", "Approve decision", "Deny decision", "Don't know decision", "Reset decision", "Add reviewer to access review"], &ENTITY_MANAGEMENT, 3),
    op(&["Delete access review"], &ENTITY_MANAGEMENT, 4),
    // Applications and service principals
    op(&["Add application", "Add service principal"], &ENTITY_MANAGEMENT, 1),
    op(&["Update application", "Update service principal", "Restore application", "Restore service principal", "Remove owner from application", "Remove owner from service principal", "Add policy to application", "Add policy to service principal", "Remove policy from application", "Remove policy from service principal", "Set verified publisher", "Unset verified publisher"], &ENTITY_MANAGEMENT, 3),
    op(&["Add owner to application", "Add owner to service principal"], &ENTITY_MANAGEMENT, 3).sensitive(),
    op(&["Update application - Certificates and secrets management", "Add service principal credentials", "Remove service principal credentials"], &ENTITY_MANAGEMENT, 3).sensitive(),
    op(&["Delete application", "Hard Delete application", "Remove service principal", "Hard delete service principal"], &ENTITY_MANAGEMENT, 4),
    // Devices
    op(&["Add device", "Pre-create device"], &ENTITY_MANAGEMENT, 1),
    op(&["Register device"], &ENTITY_MANAGEMENT, 6),
    op(&["Unregister device"], &ENTITY_MANAGEMENT, 7),
    op(&["Update device", "Add registered owner to device", "Add registered users to device", "Remove registered owner from device", "Remove registered users from device", "Device no longer compliant", "Device no longer managed", "Update local administrator password"], &ENTITY_MANAGEMENT, 3),
    op(&["Recover device local administrator password", "Read BitLocker key"], &ENTITY_MANAGEMENT, 2).sensitive(),
    op(&["Delete device", "Delete pre-created device"], &ENTITY_MANAGEMENT, 4),
    // Policies
    op(&["Add policy", "Add conditional access policy", "Add named location", "Add permission grant policy", "Authentication Strength Policy Create"], &ENTITY_MANAGEMENT, 1),
    op(&["Update policy", "Update named location"], &ENTITY_MANAGEMENT, 3),
    op(&["Update conditional access policy", "Update authorization policy", "Update security defaults", "Update continuous access evaluation", "Update permission grant policy", "Authentication Methods Policy Update", "Authentication Methods Policy Reset", "Authentication Strength Policy Update"], &ENTITY_MANAGEMENT, 3).sensitive(),
    op(&["Delete policy", "Delete conditional access policy", "Delete named location", "Delete permission grant policy", "Authentication Strength Policy Delete"], &ENTITY_MANAGEMENT, 4).sensitive(),
    // Other tenants
    op(&["Add a partner to cross-tenant access setting", "Create a partner cross-tenant identity sync setting"], &ENTITY_MANAGEMENT, 1).sensitive(),
    op(&["Update a partner cross-tenant access setting", "Update the company default cross-tenant access setting", "Reset the cross-tenant access default setting", "Migrated partner cross-tenant access settings to the scalable model", "Update a partner cross-tenant identity sync setting"], &ENTITY_MANAGEMENT, 3).sensitive(),
    op(&["Delete partner specific cross-tenant access setting", "Delete a partner cross-tenant identity sync setting"], &ENTITY_MANAGEMENT, 4).sensitive(),
    // The tenant
    op(&["Add domain to company", "Add unverified domain", "Add verified domain", "Add partner to company", "Create company", "Create company settings"], &ENTITY_MANAGEMENT, 1),
    op(&["Remove domain from company", "Remove partner from company", "Remove unverified domain", "Remove verified domain", "Delete company settings"], &ENTITY_MANAGEMENT, 4),
    op(&["Set company information", "Set company contact information", "Set password policy", "Set DirSyncEnabled flag", "Set DirSync feature", "Update domain", "Verify domain", "Verify email verified domain", "Set directory feature on tenant", "Set company allowed data location", "Set company multinational feature enabled", "Set accidental deletion threshold", "Set Partnership", "Demote partner", "Promote company to partner", "Update company", "Update company settings"], &ENTITY_MANAGEMENT, 3),
    op(&["Set domain authentication", "Set federation settings on domain"], &ENTITY_MANAGEMENT, 3).sensitive(),
    op(&["Hard Delete*"], &ENTITY_MANAGEMENT, 4),
    op(&["Add member to role*", "Add eligible member to role*"], &USER_ACCESS, OTHER).sensitive(),
];
