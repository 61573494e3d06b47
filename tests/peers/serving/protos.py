"""The text protos of a bundle, parsed by protobuf. TF Serving's two messages are described here: no
package has them without TensorFlow."""
import importlib.util
import pathlib

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory, text_format, wrappers_pb2

FIELD = descriptor_pb2.FieldDescriptorProto
INT64, DOUBLE, BOOL, STRING = (f".google.protobuf.{name}Value" for name in ("Int64", "Double", "Bool", "String"))


def messages():
    file = descriptor_pb2.FileDescriptorProto(name="serving.proto", package="tensorflow.serving", syntax="proto3")
    file.dependency.append(wrappers_pb2.DESCRIPTOR.name)

    def message(name, fields):
        made = file.message_type.add(name=name)
        for number, (field, kind, label) in fields.items():
            one = made.field.add(name=field, number=number, label=label)
            if isinstance(kind, str):
                one.type, one.type_name = FIELD.TYPE_MESSAGE, kind
            else:
                one.type = kind

    one, many = FIELD.LABEL_OPTIONAL, FIELD.LABEL_REPEATED
    # tensorflow_serving/servables/tensorflow/session_bundle_config.proto
    message("BatchingParameters", {
        1: ("max_batch_size", INT64, one), 2: ("batch_timeout_micros", INT64, one),
        3: ("max_enqueued_batches", INT64, one), 4: ("num_batch_threads", INT64, one),
        5: ("thread_pool_name", STRING, one), 6: ("allowed_batch_sizes", FIELD.TYPE_INT64, many),
        7: ("pad_variable_length_inputs", FIELD.TYPE_BOOL, one),
        8: ("enable_large_batch_splitting", BOOL, one), 9: ("max_execution_batch_size", INT64, one)})
    # tensorflow_serving/config/monitoring_config.proto
    message("PrometheusConfig", {1: ("enable", FIELD.TYPE_BOOL, one), 2: ("path", FIELD.TYPE_STRING, one)})
    message("MonitoringConfig", {1: ("prometheus_config", ".tensorflow.serving.PrometheusConfig", one)})
    pool = descriptor_pool.DescriptorPool()
    pool.Add(descriptor_pb2.FileDescriptorProto.FromString(wrappers_pb2.DESCRIPTOR.serialized_pb))
    pool.Add(file)
    return {name: message_factory.GetMessageClass(pool.FindMessageTypeByName(f"tensorflow.serving.{name}"))
            for name in ("BatchingParameters", "MonitoringConfig")}


MESSAGES = messages()


def batching(text):
    return text_format.Parse(text, MESSAGES["BatchingParameters"]())


def monitoring(text):
    return text_format.Parse(text, MESSAGES["MonitoringConfig"]())


def triton_config(text):
    """Of the client's package only this file is wanted: the rest needs more packages."""
    directory = pathlib.Path(importlib.util.find_spec("tritonclient").submodule_search_locations[0])
    spec = importlib.util.spec_from_file_location("model_config_pb2", directory / "grpc" / "model_config_pb2.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return text_format.Parse(text, module.ModelConfig())


def strict():
    """The parser is one that refuses what TF Serving would refuse."""
    for wrong in ("max_batch_size: 32", "max_batch_size { value: <int_val> }", "unknown { value: 1 }",
                  "max_batch_size { value: 1 } max_batch_size { value: 2 }"):
        try:
            batching(wrong)
        except text_format.ParseError:
            continue
        raise AssertionError(f"accepted: {wrong}")
