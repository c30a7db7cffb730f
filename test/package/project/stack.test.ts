import { expect, test } from '@jest/globals';
import { Kubernetes } from 'compose8s';
import { Template } from 'compose8s/testing';
import 'compose8s/testing/jest';
import { shop } from './shop';

test('the whole stack on Kubernetes', () => {
  expect(Template.of(shop(), new Kubernetes())).toMatchSnapshot();
});

test('the api reaches the database, and the proxy does not', () => {
  expect(shop()).toReach('api', 'db', 5432);
  expect(shop()).not.toReach('proxy', 'db', 5432);
});
