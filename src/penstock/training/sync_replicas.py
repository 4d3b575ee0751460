"""``tf.train.SyncReplicasOptimizer``: several workers' gradients make one step together
(Chen et al., "Revisiting Distributed Synchronous SGD", 2016)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from penstock.graph.collections import GraphKeys
from penstock.graph.convert import convert_to_tensor
from penstock.graph.scopes import colocate_with, control_dependencies, device, name_scope
from penstock.graph.tensor import Tensor
from penstock.ops import arrays, control_flow, state
from penstock.ops.accumulators import ConditionalAccumulator, SparseConditionalAccumulator
from penstock.ops.queues import FIFOQueue
from penstock.ops.variable_collections import global_variables, report_uninitialized_variables
from penstock.ops.variables import Variable
from penstock.platform import logging
from penstock.training.optimizer import Optimizer
from penstock.training.queue_runner import QueueRunner
from penstock.training.session_manager import SessionManager
from penstock.training.session_run_hook import SessionRunHook


class SyncReplicasOptimizer(Optimizer):
    """Applies the mean of the gradients of several replicas, and drops those that come late.

    Each replica adds its gradients to accumulators and waits for a token; the chief's queue runner
    takes the means when enough have come, applies them, and gives out tokens.

    Args:
        opt: the optimizer that applies the means.
        replicas_to_aggregate: how many gradients make a step.
        total_num_replicas: how many replicas there are; as many when left out.
        variable_averages: an ``ExponentialMovingAverage`` to update after each step.
        variables_to_average: the variables for it.
        use_locking: accepted as in TensorFlow.
        name: the name scope.
    """

    def __init__(
        self,
        opt: Optimizer,
        replicas_to_aggregate: int,
        total_num_replicas: int | None = None,
        variable_averages: Any = None,
        variables_to_average: Any = None,
        use_locking: bool = False,
        name: str = "sync_replicas",
    ) -> None:
        total = replicas_to_aggregate if total_num_replicas is None else total_num_replicas
        super().__init__(use_locking, name)
        logging.info(
            "SyncReplicasV2: replicas_to_aggregate=%s; total_num_replicas=%s",
            replicas_to_aggregate,
            total,
        )
        self._opt = opt
        self._replicas_to_aggregate = replicas_to_aggregate
        self._total_num_replicas = total
        self._tokens_per_step = max(total, replicas_to_aggregate)
        self._variable_averages = variable_averages
        self._variables_to_average = variables_to_average
        self._gradients_applied = False
        self._global_step: Any = None
        self._sync_token_queue: Any = None
        self._chief_queue_runner: Any = None

    # -- what the inner optimizer does ----------------------------------------------------------
    def compute_gradients(self, *args: Any, **kwargs: Any) -> list[tuple[Any, Any]]:
        """Pairs of gradients and variables; see ``Optimizer.compute_gradients``."""
        return self._opt.compute_gradients(*args, **kwargs)

    def get_slot(self, *args: Any, **kwargs: Any) -> Any:
        """The inner optimizer's slot."""
        return self._opt.get_slot(*args, **kwargs)

    def variables(self) -> list[Any]:
        """The inner optimizer's variables."""
        return self._opt.variables()

    def get_slot_names(self, *args: Any, **kwargs: Any) -> list[str]:
        """The inner optimizer's slots."""
        return self._opt.get_slot_names(*args, **kwargs)

    # -- together -------------------------------------------------------------------------------
    def apply_gradients(
        self, grads_and_vars: Sequence[Any], global_step: Any = None, name: str | None = None
    ) -> Any:
        """An operation that hands over a replica's gradients and waits for the step to be made.

        Raises:
            ValueError: without variables or without ``global_step``.
        """
        if not grads_and_vars:
            raise ValueError("Must supply at least one variable")
        if global_step is None:
            raise ValueError("Global step is required to check staleness")
        self._global_step = global_step
        # Not with the variables: the local step stays with its worker.
        anchor = control_flow.no_op()
        with colocate_with(anchor):
            local_step = Variable(
                0,
                trainable=False,
                collections=[GraphKeys.LOCAL_VARIABLES],
                dtype=global_step.dtype.base_dtype,
                name="sync_rep_local_step",
            )
        self.local_step_init_op = state.assign(local_step, global_step)
        self.ready_for_local_init_op = report_uninitialized_variables(global_variables())
        chief_init_ops = [self.local_step_init_op]
        with name_scope(None, self._name):
            accumulators, given, pairs = self._accumulate(grads_and_vars, local_step)
            with device(global_step.device), name_scope(""):
                update = self._opt.apply_gradients(pairs, global_step)
                queue = FIFOQueue(
                    -1,
                    global_step.dtype.base_dtype,
                    shapes=(),
                    name="sync_token_q",
                    shared_name="sync_token_q",
                )
                # The queue runner wants a queue to close; tokens outlive it.
                dummy = FIFOQueue(1, "int32", shapes=(), name="dummy_queue",
                                  shared_name="dummy_queue")  # fmt: skip
                with control_dependencies(given):
                    train_op = state.assign(local_step, queue.dequeue())
                with control_dependencies([update]):
                    # The variable itself and not its `read`: that may have come before the update.
                    current = convert_to_tensor(global_step, as_ref=True)
                    tokens = arrays.fill([self._tokens_per_step], current)
                    sync_op = queue.enqueue_many((tokens,))
                if self._variable_averages is not None:
                    with control_dependencies([sync_op]), name_scope(""):
                        sync_op = self._variable_averages.apply(self._variables_to_average)
                self._chief_queue_runner = QueueRunner(dummy, [sync_op])
            for accumulator, place in accumulators:
                with device(place):
                    chief_init_ops.append(
                        accumulator.set_global_step(global_step, name="SetGlobalStep")
                    )
            self.chief_init_op = control_flow.group(*chief_init_ops)
            self._sync_token_queue = queue
            self._gradients_applied = True
            return train_op

    def _accumulate(
        self, grads_and_vars: Sequence[Any], local_step: Any
    ) -> tuple[list[Any], list[Any], list[Any]]:
        """The accumulators with their devices, the operations that add, the means."""
        accumulators: list[Any] = []
        given: list[Any] = []
        pairs: list[Any] = []
        for grad, variable in grads_and_vars:
            with device(variable.device):
                shared_name = variable.name + "/grad_accum"
                if grad is None:
                    pairs.append((None, variable))
                    continue
                accumulator: Any
                if isinstance(grad, Tensor):
                    accumulator = ConditionalAccumulator(
                        grad.dtype, shape=variable.get_shape(), shared_name=shared_name
                    )
                    given.append(accumulator.apply_grad(grad, local_step=local_step))
                    mean = accumulator.take_grad(self._replicas_to_aggregate)
                else:
                    accumulator = SparseConditionalAccumulator(
                        grad.dtype, shape=(), shared_name=shared_name
                    )
                    given.append(accumulator.apply_indexed_slices_grad(grad, local_step=local_step))
                    mean = accumulator.take_indexed_slices_grad(self._replicas_to_aggregate)
                pairs.append((mean, variable))
                accumulators.append((accumulator, variable.device))
        return accumulators, given, pairs

    def get_chief_queue_runner(self) -> QueueRunner:
        """The queue runner that the chief must start: it makes the steps.

        Raises:
            ValueError: before ``apply_gradients``.
        """
        if not self._gradients_applied:
            raise ValueError("Should be called after apply_gradients().")
        return self._chief_queue_runner

    def get_init_tokens_op(self, num_tokens: int = -1) -> Any:
        """An operation for the chief to run first: it gives out the first tokens.

        Args:
            num_tokens: how many; -1 for as many as gradients make a step.

        Raises:
            ValueError: before ``apply_gradients``, or for too few tokens.
        """
        if not self._gradients_applied:
            raise ValueError("get_init_tokens_op() should be called after apply_gradients().")
        needed = self._replicas_to_aggregate - self._total_num_replicas
        if num_tokens == -1:
            num_tokens = self._replicas_to_aggregate
        elif num_tokens < needed:
            raise ValueError(
                f"Too few tokens to finish the first step: {num_tokens} (given) vs {needed} "
                "(needed)"
            )
        if num_tokens <= 0:
            return control_flow.no_op(name="no_init_tokens")
        with device(self._global_step.device), name_scope(""):
            tokens = arrays.fill([num_tokens], self._global_step)
            return self._sync_token_queue.enqueue_many((tokens,))

    def make_session_run_hook(self, is_chief: bool, num_tokens: int = -1) -> SessionRunHook:
        """A hook for ``MonitoredSession`` that does what chief and workers must do first."""
        return _SyncReplicasHook(self, is_chief, num_tokens)


class _SyncReplicasHook(SessionRunHook):
    """Initializes the local step, starts the queue runner and gives out the first tokens."""

    def __init__(self, optimizer: SyncReplicasOptimizer, is_chief: bool, num_tokens: int) -> None:
        self._optimizer = optimizer
        self._is_chief = is_chief
        self._num_tokens = num_tokens
        self._queue_runner: QueueRunner | None = None
        self._init_tokens_op: Any = None

    def begin(self) -> None:
        """Makes the operations, before the graph is closed."""
        optimizer = self._optimizer
        self._ready_op = optimizer.ready_for_local_init_op
        if self._is_chief:
            self._local_init_op = optimizer.chief_init_op
            self._queue_runner = optimizer.get_chief_queue_runner()
            self._init_tokens_op = optimizer.get_init_tokens_op(self._num_tokens)
        else:
            self._local_init_op = optimizer.local_step_init_op

    def after_create_session(self, session: Any, coord: Any) -> None:
        """Runs them.

        Raises:
            RuntimeError: when global variables have no values yet.
        """
        ready, message = SessionManager._ready(
            self._ready_op, session, "Model is not ready for SyncReplicasOptimizer local init."
        )
        if not ready:
            raise RuntimeError(
                "Init operations did not make model ready for SyncReplicasOptimizer local_init. "
                f"Init op: {self._local_init_op.name}, error: {message}"
            )
        session.run(self._local_init_op)
        if self._init_tokens_op is not None:
            session.run(self._init_tokens_op)
        if self._queue_runner is not None:
            self._queue_runner.create_threads(session, coord=coord, daemon=True, start=True)
