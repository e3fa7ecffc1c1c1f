"""A selection of a document → compiled_selection.py, its body one generated Python function. Called by executor.py.

Fields that can be compiled: attributes, columns of a row (row_fields.py), resolvers that take nothing but `self`, and
batched fields; of leaf, list or object type, without arguments. One that cannot be leaves the whole list to
graphql-core.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLLeafType,
    GraphQLObjectType,
    GraphQLOutputType,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_object_type,
)
from graphql.execution import Executor
from graphql.execution.collect_fields import FieldDetailsList
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.field import StrawberryField

from runfolio_server.graph.execution.code_writer import CodeWriter
from runfolio_server.graph.execution.compiled_selection import (
    BatchColumn,
    ListShape,
    NotPlain,
    ObjectCheck,
    ObjectShape,
    ReadColumn,
    Selection,
    Shape,
)
from runfolio_server.graph.execution.row_fields import BATCH, COLUMN
from runfolio_server.graph.execution.scalar_output import NAMES, is_text, may_be_text, scalar_writer, unusual

SIZE_OF = "size_of"
# A document with more is rare, and its function is not worth the memory.
FIELDS_MAX = 1000


class NotCompilable(Exception):
    """The selection holds something that is left to graphql-core."""


@dataclass(frozen=True, slots=True)
class _Field:
    """A selected field: how it is read (Python, where `{}` is the object) or the batch that fills it."""

    type: GraphQLOutputType
    details: FieldDetailsList
    read: str
    column: str | None = None
    batch: Callable[[list[Any], Any], Any] | None = None


def compile_list(executor: Executor[Any], item_type: GraphQLOutputType, details: FieldDetailsList) -> ObjectShape:
    """The shape of a list's items. Raises NotCompilable."""
    shape = _Compiler(executor).shape(item_type, details)
    if not isinstance(shape, ObjectShape):
        raise NotCompilable
    return shape


class _Compiler:
    def __init__(self, executor: Executor[Any]) -> None:
        self._executor = executor
        self._checks: dict[str, ObjectCheck] = {}
        self._fields_left = FIELDS_MAX
        self._namespace: dict[str, Any] = dict(NAMES)

    def shape(self, of: GraphQLOutputType, details: FieldDetailsList) -> Shape:
        """The shape of values of this type, lists of lists included."""
        is_required = is_non_null_type(of)
        inner: Any = of.of_type if is_non_null_type(of) else of
        if is_list_type(inner):
            return ListShape(self.shape(inner.of_type, details), is_required)
        if not is_object_type(inner):
            raise NotCompilable
        return ObjectShape(self._selection(inner, details), is_required)

    def _selection(self, of: GraphQLObjectType, details: FieldDetailsList) -> Selection:
        columns: list[BatchColumn | ReadColumn] = []
        # Response name → the column that fills it, and whether its values are ready.
        filled: dict[str, str] = {}
        fields = dict(self._fields(of, details))
        for response_name, field in fields.items():
            if field is None:
                continue
            named: Any = _named_type(field.type)
            if field.batch is not None:
                shape = None if is_leaf_type(named) else self.shape(field.type, field.details)
                columns.append(BatchColumn(field.batch, shape))
            elif is_object_type(named) and self._has_batch(named, field.details):
                columns.append(ReadColumn(self._reader(field), self.shape(field.type, field.details)))
            else:
                continue
            filled[response_name] = f"column{len(columns)}"

        source = CodeWriter(self._namespace)
        names = list(filled.values())
        with source.block(f"def build({', '.join(['objects', *names])}, {SIZE_OF}):"):
            source.line("done = []")
            source.line("size = values = 0")
            source.line("others = []")
            loop = (
                f"for ({', '.join(['o', *names])}) in zip(objects, {', '.join(names)}):"
                if names
                else "for o in objects:"
            )
            with source.block(loop):
                source.line(f"done.append({self._object(source, of, fields, 'o', filled)})")
            source.line("return done, size, values, others")
        return Selection(self._check(of), columns, source.function("build"))

    def _reader(self, field: _Field) -> Callable[[list[Any]], list[Any]]:
        source = CodeWriter(self._namespace)
        with source.block("def read(objects):"):
            source.line(f"return [{field.read.format('o')} for o in objects]")
        return source.function("read")

    def _object(
        self,
        source: CodeWriter,
        of: GraphQLObjectType,
        fields: dict[str, _Field | None],
        variable: str,
        filled: dict[str, str],
    ) -> str:
        """Write what reads the object in `variable` and counts its texts; the expression of its dict."""
        # Counted in one sum: a statement for each text would cost as much as reading it.
        sizes = [str(sum(map(len, fields)) + sum(len(of.name) for field in fields.values() if field is None))]
        row = None
        if sum(field is not None and field.column is not None for field in fields.values()) > 1:
            row = source.assign(f"{variable}.row")
        entries = []
        for response_name, field in fields.items():
            if field is None:
                value = repr(of.name)
            elif response_name in filled and not is_leaf_type(_named_type(field.type)):
                value = filled[response_name]
            elif response_name in filled:
                value = self._value(source, field.type, field.details, filled[response_name], sizes)
            else:
                read = f"{row}.{field.column}" if row and field.column else field.read.format(variable)
                value = self._value(source, field.type, field.details, source.assign(read), sizes)
            entries.append(f"{response_name!r}: {value}")
        source.line(f"size += {' + '.join(sizes)}")
        source.line(f"values += {len(fields)}")
        return "{" + ", ".join(entries) + "}"

    def _value(
        self, source: CodeWriter, of: GraphQLOutputType, details: FieldDetailsList, variable: str, sizes: list[str]
    ) -> str:
        """Write what completes the value in `variable`; the variable that then holds it.

        To `sizes` are added expressions of the bytes that it has, which the caller writes.
        """
        is_required = is_non_null_type(of)
        inner: Any = of.of_type if is_non_null_type(of) else of
        if is_leaf_type(inner):
            return self._leaf(source, inner, variable, sizes, is_required=is_required)
        done = source.fresh()
        if not is_required:
            source.line(f"{done} = None")
        with source.block("if True:" if is_required else f"if {variable} is not None:"):
            if is_list_type(inner):
                with source.block(f"if type({variable}) is not list:"):
                    source.line(f"raise {source.bind(NotPlain)}")
                source.line(f"{done} = []")
                source.line(f"values += len({variable})")
                item = source.fresh()
                with source.block(f"for {item} in {variable}:"):
                    of_item: list[str] = []
                    source.line(f"{done}.append({self._value(source, inner.of_type, details, item, of_item)})")
                    if of_item:
                        source.line(f"size += {' + '.join(of_item)}")
            elif is_object_type(inner):
                check = self._check(inner)
                with source.block(f"if type({variable}) not in {source.bind(check.known)}:"):
                    source.line(f"{source.bind(check)}({variable})")
                fields = dict(self._fields(inner, details))
                source.line(f"{done} = {self._object(source, inner, fields, variable, {})}")
            else:
                raise NotCompilable
        return done

    def _leaf(
        self, source: CodeWriter, of: GraphQLLeafType, variable: str, sizes: list[str], *, is_required: bool
    ) -> str:
        tests = [] if is_required else [f"{variable} is not None"]
        test = unusual(of)
        if test is not None:
            tests.append(f"({test.format(variable)})")
        read = source.bind(scalar_writer(of, is_required=is_required))
        with source.block(f"if {' and '.join(tests) or 'True'}:"):
            source.line(f"{variable} = {read}({variable})")
        if is_text(of):
            size = f"{SIZE_OF}({variable})"
            sizes.append(size if is_required else f"(0 if {variable} is None else {size})")
        elif may_be_text(of):
            with source.block(f"if type({variable}) is str:"):
                source.line(f"size += {SIZE_OF}({variable})")
            with source.block(f"elif type({variable}) not in WITHOUT_TEXT:"):
                source.line(f"others.append({variable})")
        return variable

    def _has_batch(self, of: GraphQLObjectType, details: FieldDetailsList) -> bool:
        for _, field in self._fields(of, details):
            if field is None:
                continue
            named: Any = _named_type(field.type)
            if field.batch is not None or (is_object_type(named) and self._has_batch(named, field.details)):
                return True
        return False

    def _fields(self, of: GraphQLObjectType, details: FieldDetailsList) -> Iterator[tuple[str, _Field | None]]:
        """The selected fields by response name, in order; None stands for `__typename`."""
        collected = self._executor.collect_subfields(of, details)
        if collected.new_defer_usages:
            raise NotCompilable
        for response_name, of_field in collected.grouped_field_set.items():
            self._fields_left -= 1
            if self._fields_left < 0:
                raise NotCompilable
            first = of_field[0]
            if first.node.name.value == "__typename":
                yield response_name, None
                continue
            found = self._executor.schema.get_field(of, first.node.name.value)
            if found is None or found.args or any(detail.fragment_variable_values for detail in of_field):
                raise NotCompilable
            yield response_name, self._field(found, of_field)

    def _field(self, found: GraphQLField, details: FieldDetailsList) -> _Field:
        field = (found.extensions or {}).get(GraphQLCoreConverter.DEFINITION_BACKREF)
        if not isinstance(field, StrawberryField) or field.extensions or field.default_resolver is not getattr:
            raise NotCompilable
        if BATCH in field.metadata:
            return _Field(found.type, details, "", batch=field.metadata[BATCH])
        if field.is_basic_field:
            return _Field(found.type, details, f"{{}}.{field.python_name}")
        if COLUMN in field.metadata:
            column = field.metadata[COLUMN]
            return _Field(found.type, details, f"{{}}.row.{column}", column=column)
        resolver = field.base_resolver
        if resolver is None or field.is_async or set(resolver.signature.parameters) != {"self"}:
            raise NotCompilable
        return _Field(found.type, details, f"{CodeWriter(self._namespace).bind(resolver.wrapped_func)}({{}})")

    def _check(self, of: GraphQLObjectType) -> ObjectCheck:
        definition = of.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
        if not isinstance(definition, StrawberryObjectDefinition) or definition.is_type_of:
            raise NotCompilable
        return self._checks.setdefault(of.name, ObjectCheck(of))


def _named_type(of: GraphQLOutputType) -> GraphQLOutputType:
    inner: Any = of
    while is_non_null_type(inner) or is_list_type(inner):
        inner = inner.of_type
    return inner  # type: ignore[no-any-return]
