"""What of PyTorch is not here on purpose, by group: names, in which * stands for anything.

The same table explains an AttributeError (slips.py) and fills the page docs/coverage.md.
"""

import functools

LEFT_OUT = {
    "complex numbers": """
        *complex* Complex* cfloat cdouble chalf angle polar conj_physical_ view_as_real* eig eigvals
    """,
    "bfloat16 and other rare dtypes": """
        bfloat16 BFloat16* float8_* float4_* uint16 uint32 uint64 uint[1-7] int[1-7] bit bits*
    """,
    "sparse and nested tensors": """
        *sparse* coalesce is_coalesced *_indices *_indices_copy col_indices_copy values values_copy indices
        indices_copy dense_dim to_dense sspaddmm smm dsmm hsmm hspmm saddmm spmm nested jagged to_padded_tensor
    """,
    "quantized tensors": """
        q_* qint* quint* QInt* QUInt* qscheme quantize_* quantized_* quantization ao int_repr dequantize
        fbgemm_* choose_qparams* per_channel_* per_tensor_* fused_moving_avg* fake_quantize_* empty_quantized
    """,
    "GPUs and other devices": """
        accelerator cudnn_* miopen_* mkldnn_* to_mkldnn mps mtia xpu ipu cpu backends record_stream Stream Event
        amp *autocast* GradScaler get_device_module is_vulkan_available OutOfMemoryError AcceleratorError
        has_lapack has_mkl has_openmp has_spectral DeviceType profiler_allow_cuda* windows
        *float32_matmul_precision hpu channels_last* legacy_contiguous_format dim_order
    """,
    "layers and losses": """
        *_loss *_loss_* *batch_norm* *layer_norm *group_norm instance_norm rms_norm conv[1-3]d conv_* convolution
        *_pool[1-3]d *_pool[1-3]d_with_indices bilinear embedding* renorm_ embedding_renorm_ gru* lstm* rnn_*
        *_cell pixel_shuffle pixel_unshuffle *channel_shuffle kl_div affine_grid_generator grid_sampler*
        *binary_cross_entropy* cosine_similarity pairwise_distance pdist norm_except_dim rrelu rrelu_
        *alpha_dropout* feature_dropout* native_dropout native_norm BufferDict ModuleDict ParameterDict Parameter
        module_load
    """,
    "optimizers": "optim",
    "data loaders and other utilities": """
        utils hub package testing monitor profiler* masked library overrides types from_file cpp functional
        classes version torch_version classproperty get_file_path prepare_multi* compiled_with_cxx11_abi
        typename_* Capsule PRIVATE_OPS USE_* ThroughputBenchmark Benchmark* Profiler* kineto_available
    """,
    "distributed and asynchronous computing": """
        distributed multiprocessing futures Future fork wait Await* RRef* init_num_threads
        *multithreading_enabled thread_safe_generator
    """,
    "compilers and internals": """
        compile compiler export fx jit package sym_* Sym* Script* script* *Type AVG SUM AggregationType AliasDb
        Argument* Block CallStack Code CompilationUnit CompleteArgumentSpec ConcreteModuleType* DeepCopyMemoTable
        *StorageContext DisableTorchFunction* DispatchKey* ErrorReport ExcludeDispatchKeyGuard ExecutionPlan
        FatalError FileCheck FunctionSchema Gradient Graph GraphExecutorState IODescriptor JITException
        LiteScriptModule LockingLogger LoggerBase Node NoopLogger OperatorInfo PyTorchFile* StaticModule
        StorageBase Tag TracingState Type Use Value import_ir_module* merge_type_from_type_comment parse_*
        unify_type_list *handle_torch_function* has_torch_function is_tensor_like overload slice_inverse
        *deterministic_debug_mode is_deterministic_algorithms_warn_only_enabled
        NestedIOFunction SavedTensor enforce_grad_layout_policy is_view_replay_enabled cast const_data_ptr
        reinforce volatile name hash_tensor grad_dtype variable
    """,
    "forward-mode differentiation": "forward_ad",
    "transformations of functions": "func vmap cond while_loop",
    "signal processing": "fft signal stft istft *_window",
    "random distributions": "distributions quasirandom poisson binomial",
    "special functions": """
        *bessel_* airy_ai *_polynomial_* erfcx gammainc gammaincc igamma* i0* i1* log_ndtr ndtr ndtri zeta
        mvlgamma* multigammaln polygamma_
    """,
    "rarer forms of linear algebra": """
        lu lu_* geqrf orgqr ormqr triangular_solve householder_product ldl_* lobpcg pca_lowrank svd_lowrank
        frobenius_norm addmv_ renorm
    """,
    "rarer functions of this kind": """
        gradient histogramdd segment_reduce resize resize_as as_strided_copy detach_copy index
    """,
}


@functools.cache
def _patterns():
    import re  # only when something went wrong: it would slow down `import minitensor`
    from fnmatch import translate

    groups = LEFT_OUT.items()
    return {reason: re.compile("|".join(map(translate, names.split()))) for reason, names in groups}


def reason_for(name):
    """Why PyTorch's `name` is not here: the group that it belongs to; None if it is in no group.

    >>> reason_for("to_sparse"), reason_for("complex64"), reason_for("sum")
    ('sparse and nested tensors', 'complex numbers', None)
    """
    return next((reason for reason, names in _patterns().items() if names.fullmatch(name)), None)
