"""The reference rows of the coordination schema: (id, nom, nom_humain)."""

type Rows = tuple[tuple[int, str, str], ...]

TYPES: Rows = (
    (1, "machine_generique", "machine générique"),
    (111, "lave_vaisselle", "lave vaisselle"),
    (112, "lave_linge", "lave linge"),
    (113, "seche_linge", "sèche linge"),
    (131, "ballon_ecs", "ballon d'eau chaude sanitaire électrique"),
    (151, "chauffage_non_asservi", "chauffage non asservi"),
    (155, "chauffage_asservi", "chauffage asservi"),
    (221, "voiture_electrique", "voiture électrique"),
    (225, "velo_assistance_electrique", "vélo électrique"),
    (410, "compteur_electrique", "compteur électrique"),
    (515, "chariot_elevateur_electrique", "chariot élévateur"),
    (901, "centrale_elec_generique", "centrale de production électrique générique"),
    (910, "centrale_solaire_elec", "centrale de production solaire"),
    (920, "centrale_eolienne_elec", "centrale de production éolienne"),
)
MODES: Rows = (
    (1, "non_pilote", "non piloté"),
    (10, "installation", "installation en cours"),
    (20, "manuel", "fonctionnement manuel"),
    (30, "pilote", "fonctionnement piloté"),
    (70, "desactive", "désactivé"),
    (80, "suppr", "supprimé"),
)
CONTROL_STATES: Rows = (
    (15, "on", "marche"),
    (25, "off", "arrêt"),
    (60, "errcom", "erreur de communication"),
    (70, "inconnu", "état inconnu"),
)
COMMAND_STATES: Rows = (
    (1, "etat_initial", "état initial"),
    (11, "pilote_stand_by", "En attente de lancement"),
    (12, "manuel_pilote_on", "En marche controlée"),
    (13, "manuel_on", "En marche libre"),
    (21, "pilote_en_activation", "En cours de lancement"),
    (30, "err", "erreur"),
    (99, "non_commande", "Non-Commandé"),
)
TYPOLOGIES: Rows = (
    (110, "deux_relais", "Deux relais"),
    (120, "prise_commande", "Une prise ou un relai commandé"),
    (130, "prise_et_doigt", "Une prise et un doigt"),
    (140, "relai_et_capteur_temperature", "Un relai et un capteur"),
    (150, "prise_et_deux_doigts", "Une prise et deux doigts"),
    (160, "prise_et_doigt_double_appui", "Une prise et un doigt double-appui"),
    (170, "prise_rallume_et_doigt", "Une prise commandée et un doigt"),
    (180, "relai_et_compteur", "Un relai et un compteur général"),
    (190, "relai_inverse", "Relai inversé"),
    (200, "TIC", "Une carte de relève TIC"),
)
DEVICE_TYPES: Rows = (
    (111, "shellyplugs_shellycloud_v1", "Prise gigogne"),
    (112, "nous_a1t_tasmota_v12", "Prise gigogne"),
    (211, "teleinfo_tasmota_v12", "Carte téléinfo"),
    (311, "switchbot_mqtt2ble_v7", "Doigt robot"),
    (411, "shellyplus1pm_shellycloud_v1", "Relai connecté"),
    (611, "shellyht_shellycloud_v1", "Capteur de température"),
    (711, "m5stackcore2_openhasp_v0", "Ecran tactile"),
    (811, "socorel_automate_v0", "Automate Socorel"),
)
DEVICE_TYPES_V7: Rows = (
    (212, "xky_tasmota_v12", "Carte téléinfo"),
    (911, "cofybox_hems_v2", "Passerelle"),
)
USAGES: Rows = (
    (11, "mesurer_elec_commuter", "Mesurer et commuter"),
    (12, "commuter", "Commuter"),
    (21, "mesurer_elec", "Mesurer électrique"),
    (31, "appuyer_power", "Appui sur Power"),
    (32, "appuyer_demarrage", "Appui sur Démarrage"),
    (61, "mesurer_ambiance", "Mesurer ambiance"),
    (71, "ihm", "Interface utilisateur"),
)

DEVICE_TABLES = {number: f"equipement_domotique_{name}" for number, name, _ in DEVICE_TYPES}
