"""What headsets speak: catalogues for their players."""
