"""The standard library's modules, from the archive that was made when ouro was built.

The archive takes the place of __pycache__ for the library's own directory. Everything else is as if it were not
there: modules have their source file's name and importlib's loaders, and a file that is not the one that was
compiled (another time or size), or is not in the archive, is loaded as any other.
"""
import _imp
import sys
from _frozen_importlib_external import FileFinder, SourceFileLoader, _get_supported_file_loaders


class LibraryLoader(SourceFileLoader):
    """Loads a source file of the library by its code in the archive."""

    def get_code(self, fullname):
        code = _imp._library_code(self.path)
        return super().get_code(fullname) if code is None else code


class LibraryFinder(FileFinder):
    """Finds modules in one directory of the library: first in the archive, then as FileFinder does."""

    def find_spec(self, fullname, target=None):
        found = _imp._find_in_library(self.path, fullname.rpartition('.')[2])
        if found is None:
            return super().find_spec(fullname, target)
        path, locations = found
        return self._get_spec(LibraryLoader, fullname, path, locations, target)


def install():
    """Puts the finder before importlib's own."""
    library = sys._stdlib_dir
    inside = library + '/'
    loaders = _get_supported_file_loaders()

    def library_path_hook(path):
        if path != library and not path.startswith(inside) or '-packages' in path:
            raise ImportError('not in the standard library', path=path)
        return LibraryFinder(path, *loaders)

    sys.path_hooks.insert(len(sys.path_hooks) - 1, library_path_hook)
