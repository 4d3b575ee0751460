"""Python 2 sources, converted in memory."""

from __future__ import annotations

import sys
import textwrap
import traceback

import numpy as np
import pytest

from penstock.compat import python2, python2_builtins, python2_import


def run(source: str, py2: bool = True, name: str = "<test>") -> dict:
    code, is_python2 = python2.compile_source(textwrap.dedent(source).encode(), name, py2)
    table = {"__name__": "program"}
    if is_python2:
        table["__builtins__"] = python2_builtins.namespace()
    exec(code, table)
    return table


def output(source: str, capsys, py2: bool = True) -> str:
    run(source, py2)
    return capsys.readouterr().out


def test_python_3_is_left_alone():
    code, is_python2 = python2.compile_source(b"x = 7 / 2\nprint(f'{x}')", "p.py")
    assert not is_python2
    table: dict = {}
    exec(code, table)
    assert table["x"] == 3.5


def test_a_print_statement_makes_it_python_2(capsys):
    assert output("print 7 / 2, 'a'\n", capsys, py2=False) == "3 a\n"


@pytest.mark.parametrize(
    ("source", "printed"),
    [
        ("print 'a', 1", "a 1\n"),
        ("print", "\n"),
        ("print ('a', 1)", "('a', 1)\n"),
        ("from __future__ import print_function\nprint('a', 1)", "a 1\n"),
        ("import sys\nprint >>sys.stdout, 'x'", "x\n"),
        ("print 1/3., 0.1+0.2, 1e16, 2.0, 1e-5", "0.333333333333 0.3 1e+16 2.0 1e-05\n"),
        ("print float('nan'), float('inf')", "nan inf\n"),
        ("print '%s %d %.2f' % (0.1+0.2, 3, 1/3.)", "0.3 3 0.33\n"),
        ("print '%s' % (0.1 + 0.2)", "0.3\n"),
        ("print '{} {:.1f} {x}'.format(1/3., 2.0, x=0.1+0.2)", "0.333333333333 2.0 0.3\n"),
        (
            "import numpy as np; y = np.float32(0.8); print '{} {:.2f} {.dtype}'.format(y, y, y)",
            "0.800000011921 0.80 float32\n",
        ),
        ("print str(1/3.), repr(0.1), `1`", "0.333333333333 0.1 1\n"),
        ("print b'bytes', 10L, 0777", "bytes 10 511\n"),
        ("print [0.1]", "[0.1]\n"),
        ("print 1e11, 99999999999.5, -123456789012.3", "1e+11 99999999999.5 -1.23456789012e+11\n"),
        ("print 'a',; print 'b'", "a b\n"),
        ("print 'a',; print", "a\n"),
        ("print 'a\\n',; print 'b'", "a\nb\n"),
        ("print('a', end='')", "a"),
        ("from __future__ import print_function\nprint('a', end=' ');print('b')", "a b\n"),
        ("print u'\\u3042' if 1 <> 2 else 0", "\u3042\n"),
    ],
)
def test_printing(source, printed, capsys):
    assert output(source, capsys) == printed


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("7 / 2", 3),
        ("-7 / 2", -4),
        ("7 / 2.", 3.5),
        ("7 // 2", 3),
        ("map(lambda x: x + 1, [1, 2])", [2, 3]),
        ("map(None, [1, 2], [3])", [(1, 3), (2, None)]),
        ("filter(None, (0, 1, 2))", (1, 2)),
        ("filter(lambda c: c > 'a', 'abc')", "bc"),
        ("filter(None, [0, 1])", [1]),
        ("zip([1], [2])", [(1, 2)]),
        ("range(3)", [0, 1, 2]),
        ("range(1, 7, 2)", [1, 3, 5]),
        ("list(xrange(2))", [0, 1]),
        ("{1: 2}.keys()", [1]),
        ("{1: 2}.items()[0]", (1, 2)),
        ("{1: 2}.has_key(1)", True),
        ("list({1: 2}.iteritems())", [(1, 2)]),
        ("reduce(lambda x, y: x * y, [2, 3, 4])", 24),
        ("sorted([1, 3, 2], lambda x, y: cmp(y, x))", [3, 2, 1]),
        ("sorted([1, 3, 2], reverse=True)", [3, 2, 1]),
        ("round(2.5)", 3.0),
        ("round(-2.5)", -3.0),
        ("round(2.675, 1)", 2.7),
        ("isinstance(u'x', basestring), isinstance(u'x', unicode)", (True, True)),
        ("isinstance(3L, (int, long))", True),
        ("unichr(97)", "a"),
        ("'text'.decode('utf-8')", "text"),
        ("apply(max, (1, 2))", 2),
        ("oct(8), oct(0)", ("010", "0")),
    ],
)
def test_values(expression, value):
    result = run(f"result = {expression}")["result"]
    assert result == value and type(result) is type(value)


def test_division_in_place():
    table = run(
        """
        import numpy as np
        class Holder(object): pass
        calls = []
        def which():
            calls.append(1)
            return 0
        x = 7
        x /= 2
        f = 7.0
        f /= 2
        h = Holder()
        h.v = 9
        h.v /= 2
        items = [11]
        items[which()] /= 2
        ints = np.array([5, -5])
        same = ints
        ints /= 2
        floats = np.array([5.0])
        view = floats
        floats /= 2
        """
    )
    assert (table["x"], table["f"], table["h"].v, table["items"]) == (3, 3.5, 4, [5])
    assert table["calls"] == [1]
    assert table["same"].tolist() == [2, -3] and table["same"] is table["ints"]
    assert table["view"].tolist() == [2.5] and table["view"] is table["floats"]


def test_division_of_numpy_integers_and_of_objects_with_div():
    table = run(
        """
        import numpy as np
        a = np.array([7, -7]) / 2
        b = np.int64(7) / np.int64(2)
        class Number(object):
            def __div__(self, other): return 'div'
            def __rdiv__(self, other): return 'rdiv'
        c = Number() / 2, 2 / Number()
        """
    )
    assert table["a"].tolist() == [3, -4] and table["b"] == 3
    assert table["c"] == ("div", "rdiv")


def test_future_division():
    assert run("from __future__ import division\nx = 7 / 2\n")["x"] == 3.5


def test_arrays_of_maps():
    table = run(
        """
        import numpy as np
        a = np.array(map(lambda x: int(x * 10) / 10., [0.15, 0.99]))
        b = np.array(filter(lambda x: x[0] == 1, [[1, 2], [3, 4]]))
        """
    )
    assert table["a"].tolist() == [0.1, 0.9] and table["b"].tolist() == [[1, 2]]


def test_old_modules():
    table = run(
        """
        import cPickle, StringIO, Queue, urllib, urllib2, ConfigParser, string, sys, types
        from itertools import izip, imap
        import cPickle as pickle
        s = StringIO.StringIO('text').read()
        quoted = urllib.quote('a b'), urllib.urlencode({'a': 1}), urllib2.URLError.__name__
        pairs = list(izip([1], [2])), string.letters[:2], sys.maxint > 1, types.StringType
        again = pickle.loads(cPickle.dumps([1, u'x']))
        """
    )
    assert table["s"] == "text"
    assert table["quoted"] == ("a%20b", "a=1", "URLError")
    assert table["pairs"] == ([(1, 2)], "ab", True, str)
    assert table["again"] == [1, "x"]


def test_pickles_of_python_2_arrays_load(tmp_path):
    # What Python 2 wrote for numpy.arange(3, dtype='u1') with protocol 0, in its essence: bytes
    # as a str.
    import pickle

    (tmp_path / "p.pkl").write_bytes(b"S'\\xff\\x00'\n.")
    table = run(f"import cPickle\nx = cPickle.load(open({str(tmp_path / 'p.pkl')!r}, 'rb'))")
    assert table["x"] == "\xff\x00"
    with pytest.raises(UnicodeDecodeError):
        pickle.loads(b"S'\\xff\\x00'\n.")


def test_exceptions_exec_and_tuples():
    table = run(
        """
        try:
            raise ValueError, 'bad'
        except (ValueError, KeyError), error:
            message = str(error)
        exec 'made = 1'
        def f((a, b), c): return a + b + c
        g = lambda (a, b): a * b
        total = f((1, 2), 3), g((4, 5))
        """
    )
    assert table["message"] == "bad" and table["made"] == 1 and table["total"] == (6, 20)


def test_mixed_tabs_and_spaces():
    source = "def f():\n\tx = 1\n        y = 2\n\treturn x + y, '''a\n\tb'''\nr = f()\n"
    assert run(source, py2=False)["r"] == (3, "a\n\tb")


def test_syntax_newer_than_fissix_keeps_python_2_meaning():
    table = run("n = 7\nmatch n:\n    case 7:\n        x = n / 2, map(abs, [-1])\n")
    assert table["x"] == (3, [1])


def test_an_error_in_both_is_the_one_of_python_3():
    with pytest.raises(SyntaxError) as caught:
        python2.compile_source(b"x = 1\nfor for\n", "p.py")
    assert caught.value.lineno == 2 and caught.value.filename == "p.py"


def test_encodings():
    source = "# -*- coding: euc-jp -*-\ns = u'\u65e5\u672c'\nprint s\n"
    code, _ = python2.compile_source(source.encode("euc-jp"), "p.py")
    table = {"__builtins__": python2_builtins.namespace()}
    exec(code, table)
    assert table["s"] == "\u65e5\u672c"
    assert python2.decode_source(b"s = '\xe9'") == "s = '\xe9'"


def test_line_numbers_are_the_files(tmp_path):
    source = textwrap.dedent(
        """\
        import urllib2
        def f((a, b),
              c):
            print "tuple parameters add a line", a
            class Meta(object):
                __metaclass__ = type
                x = 1
            return g(c)
        def g(x):
            text = '''several
            lines'''
            return [
                1,
                x / 0,
            ]
        f((1, 2), 3)
        """
    )
    path = tmp_path / "program.py"
    path.write_text(source)
    code, _ = python2.compile_source(source.encode(), str(path))
    with pytest.raises(ZeroDivisionError) as caught:
        exec(code, {"__name__": "p", "__builtins__": python2_builtins.namespace()})
    frames = [
        (frame.lineno, frame.line)
        for frame in traceback.extract_tb(caught.value.__traceback__)
        if frame.filename == str(path)
    ]
    assert frames == [(16, "f((1, 2), 3)"), (8, "return g(c)"), (14, "x / 0,")]


def test_every_line_of_a_long_program_keeps_its_number():
    lines = []
    for index in range(40):
        lines += [
            f"def f{index}((a, b), d):",
            "    if d.has_key(a): print `a`, b,",
            "    import inspect",
            f"    return inspect.currentframe().f_lineno  # {index}",
            "",
        ]
    table = run("\n".join(lines))
    for index in range(40):
        assert table[f"f{index}"]((1, 2), {}) == index * 5 + 4


@pytest.fixture
def program_folder(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(tmp_path))
    before = set(sys.modules)
    finders = []
    yield tmp_path, finders
    for finder in finders:
        sys.meta_path.remove(finder)
    for name in set(sys.modules) - before:
        del sys.modules[name]


def test_local_modules_are_converted(program_folder):
    folder, finders = program_folder
    (folder / "old_helper.py").write_text("def half(x):\n    print 'half',\n    return x / 2\n")
    (folder / "new_helper.py").write_text("def half(x):\n    return x / 2\n")
    package = folder / "old_package"
    package.mkdir()
    (package / "__init__.py").write_text("import sibling\nprint sibling.value\n")
    (package / "sibling.py").write_text("value = 3 / 2\nprint 'sibling'\n")
    finders.append(python2_import.install())
    import new_helper
    import old_helper
    import old_package

    assert old_helper.half(7) == 3 and new_helper.half(7) == 3.5
    assert old_package.sibling.value == 1


def test_with_py2_all_modules_of_the_program_are_python_2(program_folder):
    folder, finders = program_folder
    (folder / "some_helper.py").write_text("def half(x):\n    return x / 2\n")
    finders.append(python2_import.install(py2=True))
    import some_helper

    assert some_helper.half(7) == 3
    # Libraries stay what they are.
    assert not python2_import.is_library(str(folder / "some_helper.py"))
    assert python2_import.is_library(np.__file__)
    assert python2_import.is_library(python2.__file__)
    assert python2_import.is_library(textwrap.__file__)
