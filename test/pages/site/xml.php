<?php
require __DIR__ . '/lib.php';
text_page();
$text = '<?xml version="1.0"?><shop xmlns:p="urn:p"><item id="1" p:k="v">Tea &amp; <b>cake</b></item><item id="2"><![CDATA[<raw>]]></item><!-- note --></shop>';
$document = new DOMDocument();
show('load', $document->loadXML($text));
show('xpath', (new DOMXPath($document))->evaluate('string(//item[@id=2])'));
$document->documentElement->appendChild($document->createElement('item', 'new'))->setAttribute('id', '3');
$document->formatOutput = true;
show('save', $document->saveXML());
$html = new DOMDocument();
@$html->loadHTML('<p>one<p>two <a href=x>link</a>');
show('html', $html->saveHTML());
$simple = simplexml_load_string($text);
show('simple', [(string) $simple->item[0]['id'], (string) $simple->item[1], count($simple->item), $simple->xpath('//b')[0]->__toString(), json_encode($simple)]);
$writer = new XMLWriter();
$writer->openMemory();
$writer->startDocument('1.0', 'UTF-8');
$writer->startElement('a');
$writer->writeAttribute('b', '<"&');
$writer->text('é');
$writer->endElement();
show('writer', $writer->outputMemory());
$reader = new XMLReader();
$reader->XML($text);
$names = [];
while ($reader->read()) {
    $names[] = $reader->nodeType . $reader->name;
}
show('reader', $names);
$parser = xml_parser_create();
xml_parse_into_struct($parser, '<a><b c="d">e</b></a>', $values);
show('parser', $values);
libxml_use_internal_errors(true);
show('bad', [simplexml_load_string('<a><b></a>'), count(libxml_get_errors()) > 0]);
show('entities', $document->loadXML('<!DOCTYPE a [<!ENTITY e "expanded">]><a>&e;</a>', LIBXML_NOENT) ? $document->textContent : null);
