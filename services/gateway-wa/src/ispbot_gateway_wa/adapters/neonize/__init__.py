"""The real link: neonize (whatsmeow). Import nothing here before ``environment.prepare_process`` has run."""
