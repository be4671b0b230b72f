"""Players on headsets: DeoVR and HereSphere."""
