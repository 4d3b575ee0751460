"""SavedModel: folders with graphs, variables, assets and signatures, for serving."""
