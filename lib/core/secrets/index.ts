/** The values behind the references: made, checked and handed over, outside of the graph and of the output. */
export { checkSecrets, type Finding, type Vault } from './check';
export { holderOf } from './environment';
export { SecretsFolder, ENVIRONMENT_FILE } from './folder';
export { keptSecrets, type HeldSecrets, type KeptSecrets } from './held';
export { initSecrets, type InitReport } from './init';
export { secretManifests, type SecretManifest } from './manifests';
