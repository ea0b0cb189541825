// Lit says that this is no production, and that a card that measures itself draws twice.
(globalThis as { litIssuedWarnings?: Set<string> }).litIssuedWarnings = new Set(["dev-mode", "change-in-update"]);
